// sample: site
import SignedLinks
import VirtualDownloads

struct SignedSite: DownloadApplication {
    let links: LinkSigner?

    init() throws { links = try LinkSigner.fromEnvironment() }

    var signer: (any LinkSigning)? { links }

    var routes: Routes {
        if let links { Route("/signed/account", AccountView().signed(by: links)) }
    }
}
// end

// sample: link
struct InvitationView: VirtualDownloadView {
    let links: LinkSigner

    func file(for request: DownloadRequest) throws -> ContentFile {
        let link = try links.link(to: "/signed/account", name: "account.txt", validFor: .seconds(3600))
        return ContentFile("Your account, for an hour: https://example.org\(link)\n", name: "invitation.txt")
    }
}
// end
