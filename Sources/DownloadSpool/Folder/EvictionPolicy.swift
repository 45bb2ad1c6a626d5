internal import DownloadCore

/// Which files of a spool have to go: decided from values alone.
struct EvictionPolicy {
    /// A file of the spool.
    struct Candidate: Sendable {
        var name: String
        var size: Int64
        /// In seconds since 1970; up to ``EvictionPolicy/handOverTime`` ahead for one that was handed over.
        var lastUse: Int64
        /// In seconds since 1970; nil while it is being generated.
        var created: Int64?
        var isInUse = false
    }

    var limits: SpoolLimits
    /// How long a file counts as in use after it was used, in seconds.
    var grace: Int64 = 2
    /// How long a web server to which a file was handed over may take to open it, in seconds: the file counts as used
    /// until then.
    static let handOverTime: Int64 = 60

    /// The files to remove, in that order: those that are too old, then those that have not been used for longest.
    /// Never one that is in use or being generated.
    ///
    /// - Parameters:
    ///   - now: In seconds since 1970.
    ///   - room: How many bytes are wanted besides.
    func victims(among files: [Candidate], now: Int64, room: Int64 = 0) -> [Candidate] {
        var bytes = files.reduce(0) { $0 + $1.size }
        var count = files.count
        let age = limits.age.components.seconds
        var victims: [Candidate] = []
        let removable = files.filter { $0.created != nil && !$0.isInUse && !isFresh($0, now) }
            .sorted { ($0.lastUse, WireText($0.name)) < ($1.lastUse, WireText($1.name)) }
        func isTooOld(_ file: Candidate) -> Bool { now - (file.created ?? now) >= age }
        for file in removable where isTooOld(file) {
            victims.append(file)
            bytes -= file.size
            count -= 1
        }
        for file in removable where !isTooOld(file) {
            guard count > limits.files || bytes > limits.bytes - room else { break }
            victims.append(file)
            bytes -= file.size
            count -= 1
        }
        return victims
    }

    /// Whether it was used a moment ago. A time further in the future is a clock that was set back, and keeps nothing.
    private func isFresh(_ file: Candidate, _ now: Int64) -> Bool {
        file.lastUse <= now + Self.handOverTime && now - file.lastUse < grace
    }
}
