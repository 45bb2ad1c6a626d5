#if os(Linux)
internal import CLinux
#endif
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The variables that the process was started with.
package enum ProcessEnvironment {
    /// The value of a variable; nil if it is not set.
    package static func value(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    #if os(Linux)
    /// Calls `body` with the name and the value of each variable.
    package static func forEach(_ body: (_ name: String, _ value: String) -> Void) {
        guard var entry = unsafe downloadview_environment() else { return }
        while let variable = unsafe entry.pointee {
            let text = unsafe String(cString: variable)
            if let separator = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                body(String(text[..<separator]), String(text[text.utf8.index(after: separator)...]))
            }
            unsafe entry += 1
        }
    }
    #endif
}
