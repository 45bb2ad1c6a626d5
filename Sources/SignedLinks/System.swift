public import DownloadCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

extension HTTPDate {
    /// The moment that the system's clock shows.
    public static var systemTime: HTTPDate {
        HTTPDate(secondsSince1970: Int64(time(nil)))
    }
}

/// The value of a variable in the environment; nil if it is not there.
func environmentValue(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
