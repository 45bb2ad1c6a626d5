internal import Glibc

/// The time of day.
enum WallClock {
    /// Nanoseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Seconds since 1970.
    static var seconds: Int64 { now / 1_000_000_000 }
}
