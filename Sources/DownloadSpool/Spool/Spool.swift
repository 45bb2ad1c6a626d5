internal import DownloadCore
internal import DownloadSystem

/// A folder on disk for contents that are generated once and had by all who want them.
///
///     let spool = try Spool("/var/cache/downloads", limits: SpoolLimits(bytes: 50 << 30))
///     Route("/report", ReportView().spooled(in: spool))
///
/// While a content is generated it goes to the spool and from there to everybody who asks for it, each at a speed of
/// their own. Once it is whole it has a size, a strong entity tag, a digest and ranges, and a web server that is told
/// so sends it by itself. What has not been used for longest goes first when the limits are reached; nothing
/// half-written is ever served or left behind. When the disk is full, or the folder is gone, downloads are streamed as
/// if there were no spool.
///
/// Several processes of one machine may share a folder. One that machines share, or may share (NFS, SMB, FUSE and the
/// like), is refused: see the manual's “Several machines”.
public final class Spool: Sendable {
    /// The folder's path.
    public let path: String
    public let limits: SpoolLimits
    let folder: SpoolFolder
    let table = Lock(SpoolTable())
    let preparations = Preparations()
    let secret = Lock<PreparationSecret?>(nil)
    let leftovers = Lock(SpoolLeftovers())
    private let counts = Lock(SpoolFigures())
    private let account = Lock(SpoolAccount())
    /// Held while the files are looked at: two at once would each remove what is enough for both.
    private let order = Lock(())
    private let report: @Sendable (String) -> Void

    /// Makes the folder if it is not there, and removes what a crash has left in it. May wait for the disk.
    ///
    /// - Parameters:
    ///   - path: The folder. It belongs to the user of this process, and nobody else may write to it.
    ///   - permissions: Who may read the files, in the bits of 0644. The default is 0600: this user alone, who always
    ///     may. For a web server that files are handed over to, 0640, and the folder in its group (with the folder's
    ///     mode 02750 new files are, too).
    ///   - sweeping: Whether leftovers are removed now. A program that is started for each request leaves that to the
    ///     next generation.
    ///   - report: Told, at most once in ten seconds, that something keeps the spool from working; the default does
    ///     nothing.
    /// - Throws: ``SpoolError`` if the folder can't be made, belongs to another, or is or may be on another machine.
    public init(
        _ path: String,
        limits: SpoolLimits = SpoolLimits(),
        permissions: UInt32 = 0o600,
        sweeping: Bool = true,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SpoolError) {
        self.path = path
        self.limits = limits
        self.report = report
        isShortLived = !sweeping
        folder = try SpoolFolder(
            path,
            permissions: permissions & 0o644 | 0o600,
            maximumAge: limits.age.components.seconds
        )
        if sweeping { keepOrder() }
    }

    /// Whether the process ends with its request, so that nothing goes on behind it.
    package let isShortLived: Bool

    private static let processWide = Lock<Spool?>(nil)

    /// The spool of ``DownloadCore/VirtualDownloadView/spooled(in:)`` where a view names none: what `serve --spool`
    /// or the variable DOWNLOADS_SPOOL says; nil, the default, for none.
    public static var shared: Spool? {
        get { processWide.withLock { $0 } }
        set { processWide.withLock { $0 = newValue } }
    }

    private static let users = Lock<Set<WireText>>([])

    /// Notes that views of a type take ``shared``.
    static func noteUser(_ view: String) {
        users.withLock { _ = $0.insert(WireText(view)) }
    }

    /// The types of views that take ``shared``, so that those who start a server without one can be told.
    package static var sharedUsers: [String] {
        users.withLock { $0.sorted().map(\.text) }
    }

    /// What it has done so far, and has.
    public var figures: SpoolFigures {
        var figures = counts.withLock { $0 }
        (figures.bytes, figures.files) = account.withLock { (max(0, $0.total + $0.reserved), $0.files) }
        return figures
    }

    func count(_ change: (inout SpoolFigures) -> Void) {
        counts.withLock { change(&$0) }
    }

    /// Returns when the generations under way have ended: for a program that is about to end, while other processes may
    /// follow them.
    public func finishGenerations() async {
        while true {
            let running = table.withLock { $0.generations.values.first { $0.generation.isUnderWay }?.generation }
            guard let running else { return }
            await running.waitForEnd()
        }
    }

    // MARK: - Room

    /// Takes so many bytes of the limit for a generation; false if they are not to be had.
    func reserve(_ bytes: Int64) -> Bool {
        if account.withLock({ $0.reserve(bytes, of: limits.bytes) }) { return true }
        return order.withLock { _ in
            let (isTaken, isInVain) = account.withLock { account in
                // Another may have made room meanwhile, or has found that there is none to be made.
                (account.reserve(bytes, of: limits.bytes), MonotonicClock.now - account.fullAt < 100)
            }
            guard !isTaken, !isInVain else { return isTaken }
            // More than is wanted now, or it would be wanted again at once.
            lookAtFiles(room: max(bytes, min(16 << 20, limits.bytes / 16)))
            return account.withLock { account in
                let isTaken = account.reserve(bytes, of: limits.bytes)
                if !isTaken { account.fullAt = MonotonicClock.now }
                return isTaken
            }
        }
    }

    /// Gives back what was reserved, but for what the file keeps.
    func release(_ reserved: Int64, using bytes: Int64) {
        account.withLock { $0.reserved -= reserved - bytes }
    }

    /// Removes files for so many bytes on a full disk; false if there was nothing to remove.
    func makeRoom(_ bytes: Int64) -> Bool {
        // More than is wanted now, or it would be wanted again at once.
        let wanted = max(bytes, 16 << 20)
        guard let files = try? folder.sweep() else { return false }
        let total = files.reduce(0) { $0 + $1.size }
        let policy = EvictionPolicy(limits: SpoolLimits(bytes: max(0, total - wanted), files: .max, age: limits.age))
        return evict(policy.victims(among: marked(files), now: WallClock.seconds)).count > 0
    }

    /// Looks at all files, and removes what crashes have left and what the limits don't allow.
    ///
    /// - Parameter room: How many bytes are wanted besides.
    func keepOrder(room: Int64 = 0) {
        order.withLock { _ in lookAtFiles(room: room) }
    }

    private func lookAtFiles(room: Int64) {
        account.withLock { $0.sweptAt = MonotonicClock.now }
        do {
            let files = try folder.sweep()
            let victims = EvictionPolicy(limits: limits)
                .victims(
                    among: marked(files),
                    now: WallClock.seconds,
                    room: room
                )
            let removed = evict(victims)
            account.withLock { account in
                // What is being generated here is among the files, and was reserved.
                account.total = files.reduce(0) { $0 + $1.size } - removed.bytes
                account.files = files.count - removed.count
                account.reserved = 0
            }
        } catch {
            noteFailure(error)
        }
    }

    /// Counts a file that was added.
    func noteNewFile() {
        let isOver = account.withLock { account in
            account.files += 1
            return account.files > limits.files
        }
        if isOver { keepOrder() }
    }

    /// Schedules a look at the files, unless there was one within the last minute.
    func keepOrderSometimes() {
        let isDue = account.withLock { MonotonicClock.now - $0.sweptAt >= 60_000 || $0.sweptAt == 0 }
        if isDue { DiskThreads.reading.detach { [self] in keepOrder() } }
    }

    private func marked(_ files: [EvictionPolicy.Candidate]) -> [EvictionPolicy.Candidate] {
        let used = table.withLock { $0.namesInUse }
        return files.map { file in
            var file = file
            file.isInUse = used.contains(WireText(file.name))
            return file
        }
    }

    /// Removes files that nobody has used since they were looked at; how many, and how many bytes they had.
    private func evict(_ victims: [EvictionPolicy.Candidate]) -> (count: Int, bytes: Int64) {
        let removed = victims.filter { (try? folder.remove($0)) == true }
        count { $0.evictions += removed.count }
        return (removed.count, removed.reduce(0) { $0 + $1.size })
    }

    // MARK: - Reports

    /// Tells of an error that keeps a content out of the spool.
    func noteFailure(_ error: any Error) {
        let isNew = account.withLock { account in
            let now = MonotonicClock.now
            guard account.reportedAt == 0 || now - account.reportedAt >= 10_000 else { return false }
            account.reportedAt = now
            return true
        }
        if isNew { report("the spool \(path) can't be used, downloads are streamed past it: \(error)") }
    }

    func noteDegraded() {
        count { $0.bypassed += 1 }
    }
}

/// How much of its limit a spool has used, as far as this process knows.
struct SpoolAccount {
    /// Bytes and files when the folder was last looked at.
    var total: Int64 = 0
    var files = 0
    /// Bytes taken since.
    var reserved: Int64 = 0
    /// When the folder was last looked at, and an error told of: monotonic milliseconds, 0 for never.
    var sweptAt: Int64 = 0
    /// When there was last no room to be made, likewise.
    var fullAt = Int64.min / 2
    var reportedAt: Int64 = 0

    mutating func reserve(_ bytes: Int64, of limit: Int64) -> Bool {
        guard total + reserved + bytes <= limit else { return false }
        reserved += bytes
        return true
    }
}
