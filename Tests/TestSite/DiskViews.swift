import DownloadSpool
import Glibc
import VirtualDownloads

/// `/files/{path}`: the files of the folder that the variable TESTSITE_FILES names, with links beneath it below
/// `/linked/{path}`; without it there are none.
enum DiskViews {
    private static let folder: String = {
        guard let value = unsafe getenv("TESTSITE_FILES") else { return "/nonexistent" }
        return unsafe String(cString: value)
    }()

    static var routes: Routes {
        Routes {
            Route("/files/{path*}", PathDownloadView(FileRoot(folder)))
            Route("/linked/{path*}", PathDownloadView(FileRoot(folder, symbolicLinks: .beneath)))
        }
    }
}
