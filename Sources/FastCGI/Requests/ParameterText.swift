internal import Glibc

/// The name or the value of a request's parameter, as bytes: most parameters say nothing that is needed, and are passed
/// over without a text being made of them.
@safe
struct ParameterText {
    private let bytes: UnsafeRawBufferPointer

    /// The bytes must outlive it: it is only looked at while its request is read.
    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    var count: Int { unsafe bytes.count }

    var text: String { unsafe String(decoding: bytes, as: UTF8.self) }

    @inline(__always)
    func hasPrefix(_ prefix: StaticString) -> Bool {
        guard count >= prefix.utf8CodeUnitCount, let start = unsafe bytes.baseAddress else { return false }
        return unsafe memcmp(start, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
    }

    @inline(__always)
    static func == (name: ParameterText, text: StaticString) -> Bool {
        name.count == text.utf8CodeUnitCount && name.hasPrefix(text)
    }
}
