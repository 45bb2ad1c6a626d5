public import DownloadCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension HTTPDate {
    /// The second in which `date` lies: HTTP has no fractions, and a later second would be in the future.
    ///
    /// A moment beyond what 64 bits of seconds can hold becomes the nearest that they can; one that is not a number,
    /// 1970.
    public init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        if let exact = Int64(exactly: seconds) {
            self.init(secondsSince1970: exact)
        } else {
            self.init(secondsSince1970: seconds.isNaN ? 0 : seconds < 0 ? .min : .max)
        }
    }
}

extension Date {
    /// The moment that `date` names.
    public init(_ date: HTTPDate) {
        self.init(timeIntervalSince1970: Double(date.secondsSince1970))
    }
}
