internal import DownloadCore
internal import DownloadSystem

/// What tells one content of a file from another.
struct FileVersion: Hashable {
    var size: Int64
    /// When the content was last written, in nanoseconds since 1970.
    var modified: Int64
    /// When anything of the file last changed, its content, its names or who may read it, in nanoseconds since 1970.
    var changed: Int64
    var linkCount: Int

    init(_ status: FileStatus) {
        size = status.size
        modified = Self.nanoseconds(status.modified)
        changed = Self.nanoseconds(status.changed)
        linkCount = status.linkCount
    }

    init(size: Int64, modified: Int64, changed: Int64, linkCount: Int = 1) {
        self.size = size
        self.modified = modified
        self.changed = changed
        self.linkCount = linkCount
    }

    private static func nanoseconds(_ time: FileStatus.Time) -> Int64 {
        time.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ time.nanoseconds
    }

    /// Whether both are of the same bytes. Who resets the time of writing changes the other time; a name that is added
    /// or taken away, as when a new file takes the old one's place, changes that alone, and no byte.
    func isSameContent(as other: FileVersion) -> Bool {
        size == other.size && modified == other.modified && (changed == other.changed || linkCount != other.linkCount)
    }

    /// How long the kernel's clock may stand still between two changes, in nanoseconds: two ticks of 10 ms.
    private static let coarseness: Int64 = 20_000_000

    /// The entity tag of the content, from what every machine has alike.
    ///
    /// - Parameter now: The time in nanoseconds since 1970.
    func tag(of path: String, at now: Int64) -> EntityTag {
        EntityTag(
            EntityTag(of: "path", path, size, modified).value,
            isWeak: modified > now &- Self.coarseness && modified < now &+ Self.coarseness
        )
    }
}
