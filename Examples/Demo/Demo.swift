import DemoViews
import SignedLinks
import VirtualDownloads

/// The example application: the three views of django-downloadview's documentation, an export, and a page that lists
/// them.
///
/// With keys in `DOWNLOADS_SIGNING_KEYS` the export is also there for those who have a signed link:
/// `demo sign /signed/orders.csv --expires 1h` makes one.
@main
struct Demo: DownloadApplication {
    private let links: LinkSigner?

    init() throws {
        links = try LinkSigner.fromEnvironment()
    }

    var signer: (any LinkSigning)? { links }

    var routes: Routes { DemoRoutes.all(signedBy: links) }
}
