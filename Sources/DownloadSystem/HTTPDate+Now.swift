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
    public static var now: HTTPDate { HTTPDate(secondsSince1970: Int64(time(nil))) }
}
