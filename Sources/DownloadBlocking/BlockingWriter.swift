public import DownloadCore

/// Content that a closure writes which blocks its thread: a database's cursor, a compressing library, a child process.
///
/// The closure runs on one of a bounded number of threads that may block (``BlockingPool``), never on one that serves
/// requests. It has the rules of every content: returning means complete, throwing means that the download has failed,
/// and when the client leaves the next write throws.
public struct BlockingWriter: DownloadContent, Sendable {
    private let body: @Sendable (BlockingSink) throws -> Void
    private let runAhead: RunAhead
    private let pool: BlockingPool
    public let isRepeatable: Bool

    /// Wraps a closure that writes the whole content into the sink it is given.
    ///
    /// - Parameters:
    ///   - repeatable: Whether the closure of an equal request writes the same bytes again.
    ///   - runAhead: How far it may get ahead of its client.
    ///   - pool: Where it runs.
    public init(
        repeatable: Bool = false,
        runningAhead runAhead: RunAhead = .none,
        on pool: BlockingPool = .shared,
        _ body: @escaping @Sendable (BlockingSink) throws -> Void
    ) {
        self.body = body
        self.runAhead = runAhead
        self.pool = pool
        isRepeatable = repeatable
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        let channel = BlockingChannel<UInt8>(runAhead)
        try await withTaskCancellationHandler {
            channel.fill(on: pool) { [body] in try body(BlockingSink(channel)) }
            do {
                try await channel.pass(to: &sink)
            } catch {
                channel.cancel()
                await channel.waitForEnd()
                throw error
            }
        } onCancel: {
            channel.cancel()
        }
    }
}

extension BlockingChannel where Element == UInt8 {
    /// Passes on what is written, and how far the writer is, until its end.
    func pass(to sink: inout some ByteSink & ~Copyable) async throws {
        var bytes: [UInt8] = []
        while try await next(into: &bytes) {
            if let progress = takeProgress() { sink.progress(progress) }
            guard !bytes.isEmpty else { continue }
            try await sink.write(bytes)
            await gather(after: bytes.count, few: 16 * 1024)
        }
    }
}

extension VirtualFile where Content == BlockingWriter {
    /// Wraps a closure that writes the content and may block its thread.
    ///
    ///     VirtualFile(name: "orders.csv", runningAhead: .temporaryFile(), blocking: { sink in
    ///         try database.read { db in
    ///             let orders = try Order.fetchCursor(db)
    ///             while let order = try orders.next() { try sink.write(order.line) }
    ///         }
    ///     })
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - size: The exact size in bytes, if it is known beforehand.
    ///   - repeatable: Whether the closure of an equal request writes the same bytes again.
    ///   - runAhead: How far it may get ahead of its client. Say more than ``RunAhead/none`` where it holds what is
    ///     scarce.
    ///   - pool: Where it runs.
    ///   - body: Writes the content; see ``BlockingWriter``.
    public init(
        name: String,
        size: Int64? = nil,
        repeatable: Bool = false,
        runningAhead runAhead: RunAhead = .none,
        on pool: BlockingPool = .shared,
        blocking body: @escaping @Sendable (BlockingSink) throws -> Void
    ) {
        self.init(
            BlockingWriter(repeatable: repeatable, runningAhead: runAhead, on: pool, body),
            name: name,
            size: size
        )
    }
}
