#if os(Linux)
internal import Glibc

/// What the kernel has counted of this thread. A call costs less than a microsecond.
package struct ThreadUsage: Equatable {
    /// How long it has run, in microseconds.
    package let processorTime: Int64
    /// How often another thread took its processor although it could have gone on.
    package let interruptions: Int

    package init(processorTime: Int64, interruptions: Int) {
        self.processorTime = processorTime
        self.interruptions = interruptions
    }

    /// RUSAGE_THREAD, which the C library declares under _GNU_SOURCE alone.
    private static let thisThread = __rusage_who_t(1)

    /// What was counted since the thread began.
    package static var current: ThreadUsage {
        var usage = rusage()
        _ = unsafe getrusage(thisThread, &usage)
        // What `usage` says of it is as old as the last tick.
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        return ThreadUsage(processorTime: microseconds, interruptions: usage.ru_nivcsw)
    }

    /// What was counted since then.
    package func since(_ earlier: ThreadUsage) -> ThreadUsage {
        ThreadUsage(
            processorTime: processorTime - earlier.processorTime,
            interruptions: interruptions - earlier.interruptions
        )
    }
}
#endif
