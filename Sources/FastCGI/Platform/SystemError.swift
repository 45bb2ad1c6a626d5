internal import Glibc

/// A failed system call.
public struct SystemError: Error, CustomStringConvertible, Sendable {
    /// The call that failed.
    public let call: String
    /// Its `errno`.
    public let code: Int32

    public var description: String {
        "\(call): \(unsafe String(cString: strerror(code)))\(isShortOfDescriptors ? "; \(Self.moreDescriptors)" : "")"
    }

    /// Whether the limit on open files is in the way.
    var isShortOfDescriptors: Bool { code == EMFILE }

    private static let moreDescriptors = "allow more open files (ulimit -n, for a service LimitNOFILE=)"

    /// The result of a call that reports failure by -1.
    @discardableResult
    static func check<Result: SignedInteger>(_ call: String, _ result: Result) throws(SystemError) -> Result {
        guard result != -1 else { throw SystemError(call: call, code: errno) }
        return result
    }
}
