public import DownloadCore

extension DownloadFile {
    /// The same file, whose content may get ahead of its client: for a table or an archive of rows that hold something
    /// scarce, such as a reader of a database pool.
    ///
    ///     CSVFile(name: "orders.csv", rows: orders).runningAhead(.temporaryFile())
    ///
    /// What was made and not yet sent is kept, within the bound, so that the content is made as fast as it can be, and
    /// a slow client does not hold up its source. When the client leaves, making it ends.
    public func runningAhead(_ runAhead: RunAhead) -> RunningAheadFile<Self> {
        RunningAheadFile(base: self, runAhead: runAhead)
    }
}

/// A file whose content may get ahead of its client, see `DownloadFile.runningAhead(_:)`.
public struct RunningAheadFile<Base: DownloadFile>: WrappedDownloadFile {
    public let base: Base
    private let runAhead: RunAhead

    init(base: Base, runAhead: RunAhead) {
        self.base = base
        self.runAhead = runAhead
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await Source(file: base).write(to: &sink, runningAhead: runAhead)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await Source(file: base, range: range).write(to: &sink, runningAhead: runAhead)
    }
}

/// A file, or a part of it, for the task that makes it.
///
/// `@unchecked Sendable`: the one child task has the file to itself. The task that gives it away only waits for what
/// the child writes, and for its end.
private struct Source: @unchecked Sendable {
    let file: any DownloadFile
    var range: Range<Int64>?

    func write(to sink: inout some ByteSink & ~Copyable, runningAhead runAhead: RunAhead) async throws {
        let channel = BlockingChannel<UInt8>(runAhead, writesInTask: true)
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await channel.fill { try await write(to: channel) } }
                do {
                    try await channel.pass(to: &sink)
                } catch {
                    channel.cancel()
                    group.cancelAll()
                    throw error
                }
            }
        } onCancel: {
            channel.cancel()
        }
    }

    private func write(to channel: BlockingChannel<UInt8>) async throws {
        var sink = RunningAheadSink(channel)
        if let range {
            try await file.write(range, to: &sink)
        } else {
            try await file.write(to: &sink)
        }
    }
}

/// Where a content that runs ahead is written.
struct RunningAheadSink: ByteSink, ~Copyable {
    private let channel: BlockingChannel<UInt8>

    init(_ channel: BlockingChannel<UInt8>) {
        self.channel = channel
    }

    mutating func write(_ bytes: RawSpan) async throws {
        try await channel.write(bytes.byteCount) { pending, range in
            unsafe bytes.extracting(range).withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
        }
    }

    mutating func progress(_ fraction: Double) {
        channel.note(progress: fraction)
    }
}
