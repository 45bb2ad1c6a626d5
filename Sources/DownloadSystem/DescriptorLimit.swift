#if os(Linux)
internal import Glibc

/// How many descriptors the process may have (`RLIMIT_NOFILE`).
package enum DescriptorLimit {
    /// The limit in force; 0 if it is not known.
    package static var current: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Whether there are so few that connections need all of them.
    package static var isSmall: Bool { current < 64 }

    /// The first number that connections leave alone. Those from it on are for views, and for libdispatch, which ends
    /// the process when its timers, or its watch over its threads, get no descriptor. Where there are few, connections
    /// may have them all.
    private static var ceiling: Int {
        let limit = current
        return isSmall ? .max : limit - min(64, max(16, limit / 16))
    }

    /// Whether a new descriptor shows, by its number, that too few are left: the kernel gives the lowest that is free.
    package static func isScarce(after descriptor: Int32) -> Bool {
        // The least ceiling there is.
        descriptor >= 48 && Int(descriptor) >= ceiling
    }

    /// Whether there is a descriptor for a further connection.
    ///
    /// - Parameter descriptor: Any that is open.
    package static func hasRoom(besides descriptor: Int32) -> Bool {
        let probe = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard probe >= 0 else { return false }
        close(probe)
        return !isScarce(after: probe)
    }
}
#endif
