/// The elements that a closure gives which blocks its thread, as an asynchronous sequence: the rows of a database's
/// cursor for a table, the pieces of an `AsyncIteratorIO`.
///
///     let orders = BlockingSequence { sink in
///         try database.read { db in
///             try sink.give(all: Order.fetchCursor(db).next)
///         }
///     }
///
/// The closure runs on a thread of a ``BlockingPool`` once for each iterator, from its first `next()` on, and gets a
/// few hundred elements ahead of the consumer. When the task that iterates is cancelled, or the iterator is let go,
/// giving throws.
public struct BlockingSequence<Element: Sendable>: AsyncSequence, Sendable {
    private let body: @Sendable (ElementSink) throws -> Void
    private let pool: BlockingPool
    private let limit: Int

    /// Wraps a closure that gives all elements to the sink that it is given.
    ///
    /// - Parameters:
    ///   - pool: Where it runs.
    ///   - buffered: How many elements may wait for the consumer, at least 1.
    public init(
        on pool: BlockingPool = .shared,
        buffering buffered: Int = 512,
        _ body: @escaping @Sendable (ElementSink) throws -> Void
    ) {
        self.body = body
        self.pool = pool
        limit = Swift.max(1, buffered)
    }

    /// Where the closure gives its elements.
    ///
    /// It belongs to the closure that was given it and to the thread that runs this closure; do not keep it.
    public final class ElementSink {
        private let channel: BlockingChannel<Element>

        fileprivate init(_ channel: BlockingChannel<Element>) {
            self.channel = channel
        }

        /// Gives the next element, and blocks the thread while the consumer is behind.
        ///
        /// - Throws: `CancellationError` when nobody wants the rest any more. Let it pass.
        public func give(_ element: Element) throws {
            try channel.write(1) { pending, _ in pending.append(element) }
        }

        /// Gives all elements that a cursor has, one after another.
        ///
        /// - Parameter next: The cursor's method, called until it returns nil.
        /// - Throws: What `next` throws; `CancellationError` when nobody wants the rest any more. Let it pass.
        public func give(all next: () throws -> Element?) throws {
            while let element = try next() { try give(element) }
        }

        /// Gives an element for each row that a cursor has, one after another.
        ///
        ///     try sink.give(all: orders.next) { [.integer($0[0]), .text($0[1])] }
        ///
        /// - Parameters:
        ///   - next: The cursor's method, called until it returns nil.
        ///   - element: Makes an element of a row.
        /// - Throws: What the closures throw; `CancellationError` when nobody wants the rest any more. Let it pass.
        public func give<Row>(all next: () throws -> Row?, as element: (Row) throws -> Element) throws {
            while let row = try next() { try give(element(row)) }
        }

        /// Whether nobody wants the rest any more, and how to be told so.
        public var cancellation: BlockingCancellation { BlockingCancellation(channel) }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(body, on: pool, limit: limit)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let run: Run
        private var buffer: [Element] = []
        private var position = 0

        fileprivate init(
            _ body: @escaping @Sendable (ElementSink) throws -> Void,
            on pool: BlockingPool,
            limit: Int
        ) {
            run = Run(body, on: pool, limit: limit)
        }

        /// - Throws: What the closure has thrown; `CancellationError` when the task is cancelled.
        public mutating func next() async throws -> Element? {
            if position == buffer.count {
                position = 0
                guard try await run.next(into: &buffer) else { return nil }
            }
            defer { position += 1 }
            return buffer[position]
        }
    }

    /// The closure's run, which ends when the iterator is let go.
    private final class Run {
        private let channel: BlockingChannel<Element>
        private var start: (() -> Void)?

        init(_ body: @escaping @Sendable (ElementSink) throws -> Void, on pool: BlockingPool, limit: Int) {
            let channel = BlockingChannel<Element>(limit: limit)
            self.channel = channel
            start = { channel.fill(on: pool) { try body(ElementSink(channel)) } }
        }

        deinit {
            channel.cancel()
        }

        func next(into buffer: inout [Element]) async throws -> Bool {
            start?()
            start = nil
            let channel = channel
            return try await withTaskCancellationHandler {
                do {
                    return try await channel.next(into: &buffer)
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
}
