import DownloadCore

@testable import DownloadSpool

extension VirtualDownloadView {
    /// As `prepared(in:)`, but with no limit on time that a busy machine exceeds.
    func patientlyPrepared(in spool: Spool, abandonedAfter: Duration = .seconds(86_400)) -> PreparedView<Self> {
        var terms = PreparationTerms()
        terms.abandonedAfter = abandonedAfter
        terms.waitLimit = .seconds(86_400)
        terms.returnLimit = .seconds(86_400)
        return PreparedView(self, in: spool, terms: terms)
    }
}
