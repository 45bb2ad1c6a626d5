import DownloadFoundation
import Foundation
import VirtualDownloads

// sample: foundation
struct SummaryAsDataView: VirtualDownloadView {
    let summary: Data
    let changed: Date

    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile(summary, name: "summary.json").validated(modified: HTTPDate(changed))
    }
}
// end
