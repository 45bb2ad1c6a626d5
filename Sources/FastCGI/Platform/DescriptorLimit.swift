internal import Glibc

/// How many descriptors the process may have (`RLIMIT_NOFILE`).
enum DescriptorLimit {
    /// The limit in force; 0 if it is not known.
    static var current: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }
}
