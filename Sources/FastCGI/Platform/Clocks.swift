package import DownloadCore
internal import Glibc

/// The time that limits are measured with: it never goes back, and a call costs about 20 ns.
enum MonotonicClock {
    /// Milliseconds since some moment before the process began.
    static var now: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension HTTPDate {
    /// The moment that the system's clock shows.
    package static var now: HTTPDate { HTTPDate(secondsSince1970: Int64(time(nil))) }
}
