#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A failed system call.
public struct SystemError: Error, CustomStringConvertible, Sendable {
    /// The call that failed.
    public let call: String
    /// Its `errno`.
    public let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String {
        "\(call): \(reason)\(isShortOfDescriptors ? "; \(Self.moreDescriptors)" : "")"
    }

    /// What the code means, without the call's name.
    package var reason: String { unsafe String(cString: strerror(code)) }

    /// Whether the limit on open files is in the way.
    package var isShortOfDescriptors: Bool { code == EMFILE }

    private static let moreDescriptors = "allow more open files (ulimit -n, for a service LimitNOFILE=)"

    /// The result of a call that reports failure by -1.
    @discardableResult
    package static func check<Result: SignedInteger>(_ call: String, _ result: Result) throws(SystemError) -> Result {
        guard result != -1 else { throw SystemError(call: call, code: errno) }
        return result
    }
}
