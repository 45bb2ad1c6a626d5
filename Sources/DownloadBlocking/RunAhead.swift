/// How far a source that blocks may get ahead of its client.
///
/// A source that holds something scarce, such as a reader of a database pool, is done with it sooner when it need not
/// wait for a slow client. What was written and not yet sent is kept, in memory or in a temporary file, within the
/// bound given here.
public struct RunAhead: Sendable, Hashable {
    enum Storage: Sendable, Hashable {
        case memory
        case temporaryFile(directory: String)
    }

    let storage: Storage
    /// How many bytes may be kept, at least 1.
    let limit: Int64

    /// What is handed over at once, and kept in memory in any case: 256 KiB.
    static let handOver = 256 * 1024

    /// As little as keeps the client busy: 256 KiB in memory. The source waits for a slow client.
    public static var none: RunAhead { RunAhead(storage: .memory, limit: Int64(handOver)) }

    /// Up to `bytes` in memory, at least 256 KiB, for each download that is under way.
    ///
    /// This memory is not counted by the server's `--max-held`.
    public static func memory(upTo bytes: Int) -> RunAhead {
        RunAhead(storage: .memory, limit: Int64(max(bytes, handOver)))
    }

    /// Up to `bytes` in a temporary file without a name, which is gone when the download ends, however it ends.
    ///
    /// Where the file cannot be made or the disk is full, the source waits for its client, as with ``none``.
    ///
    /// - Parameters:
    ///   - bytes: The default is 16 GiB.
    ///   - directory: On a real disk: `/tmp` is memory on many machines. The default is `/var/tmp`.
    public static func temporaryFile(upTo bytes: Int64 = 1 << 34, in directory: String = "/var/tmp") -> RunAhead {
        RunAhead(storage: .temporaryFile(directory: directory), limit: max(bytes, Int64(handOver)))
    }
}
