import DownloadCore
import DownloadSystem
import Glibc
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(60))) struct RecordSinkTests {
    @Test(
        "A response that is cut while its end waits for room ends once, and nothing follows",
        arguments: [false, true]
    )
    func endsOnce(finishesTwice: Bool) async throws {
        let exchange = try Exchange()
        exchange.begin()
        var sink = RecordSink(exchange.connection)
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        let connection = exchange.connection
        try await exchange.fill(through: &sink)
        let cutter = try OwnThread {
            while connection.state.withLock({ state in unsafe state.response.roomWaiter == nil }) { usleep(1000) }
            connection.cancel(.requestTimedOut)
        }
        await #expect(throws: CancellationError.self) { try await sink.finish() }
        cutter.join()
        let reader = try OwnThread { exchange.readAll() }
        #expect(await eventually { Socket.unsentBytes(connection.descriptor) == 0 })
        if finishesTwice {
            await #expect(throws: CancellationError.self) { try await sink.finish() }
        }
        let isDone = Atomic<Bool>(false)
        let waker = try OwnThread {
            while !isDone.load(ordering: .relaxed) {
                connection.wakeWaiter()
                usleep(1000)
            }
        }
        await sink.fail()
        isDone.store(true, ordering: .relaxed)
        waker.join()
        connection.endResponding()
        connection.close()
        reader.join()
        let end: [UInt8] = [1, 6, 0, 1, 0, 0, 0, 0, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let records = exchange.received.withLock { $0 }
        #expect(records.suffix(24).elementsEqual(end))
        #expect(!records.dropLast(24).suffix(24).elementsEqual(end))
    }

    @Test("A response that fails waits for a client that is slow, however long, and then looks failed")
    func failsLate() async throws {
        let time = ManualTime()
        let exchange = try Exchange(clock: ServerClock { time.now })
        exchange.begin()
        let connection = exchange.connection
        var sink = RecordSink(connection)
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        try await exchange.fill(through: &sink)
        let isDone = Atomic<Bool>(false)
        let waits = Atomic<Int>(0)
        // What the kernel does that finds some room, but not enough: each time a second later.
        let waker = try OwnThread {
            while !isDone.load(ordering: .relaxed) {
                usleep(1000)
                guard connection.state.withLock({ unsafe $0.response.roomWaiter != nil }) else { continue }
                time.advance(by: 1000)
                waits.add(1, ordering: .relaxed)
                connection.wakeWaiter()
            }
        }
        let reader = try OwnThread {
            while waits.load(ordering: .relaxed) < 5 { usleep(1000) }
            exchange.readAll()
        }
        await sink.fail()
        isDone.store(true, ordering: .relaxed)
        waker.join()
        connection.endResponding()
        connection.close()
        reader.join()
        #expect(exchange.received.withLock { $0.suffix(8).elementsEqual([UInt8](repeating: 255, count: 8)) })
    }

    @Test("Of a piece that fails only what was taken of it counts as content")
    func countsWhatWasTaken() async throws {
        let exchange = try Exchange()
        exchange.begin()
        let connection = exchange.connection
        var sink = RecordSink(connection)
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        let cutter = try OwnThread {
            while connection.state.withLock({ state in unsafe state.response.roomWaiter == nil }) { usleep(1000) }
            connection.cancel(.clientLeft)
        }
        let piece = [UInt8](repeating: 120, count: 50_000_000)
        await #expect(throws: CancellationError.self) { try await sink.write(unsafe piece.span.bytes) }
        cutter.join()
        let taken = sink.contentBytes
        #expect(taken > 10_000 && taken < 5_000_000)
        await #expect(throws: CancellationError.self) { try await sink.write(unsafe piece.span.bytes) }
        let stillTaken = sink.contentBytes
        #expect(stillTaken == taken)
        exchange.end()
    }

    @Test("The last byte of a declared size waits for the end", arguments: [false, true])
    func holdsBackLastByte(isWrittenAtOnce: Bool) async throws {
        let exchange = try Exchange()
        exchange.begin()
        var sink = RecordSink(exchange.connection)
        sink.begin(HTTPResponse(status: .ok), extent: .exactly(10))
        let digits = Array("0123456789".utf8)
        if isWrittenAtOnce { try await sink.write(digits) } else { try await sink.write(unsafe digits.span.bytes) }
        _ = exchange.connection.output.flush()
        #expect(exchange.receive().suffix(9).elementsEqual(digits.dropLast()))
        try await sink.finish()
        #expect(exchange.receive().starts(with: [1, 6, 0, 1, 0, 1, 0, 0] + digits.suffix(1)))
        exchange.end()
    }

    @Test("A head that another replaces leaves nothing behind, nor does one whose response fails before its content")
    func replacesHead() async throws {
        let exchange = try Exchange()
        exchange.begin()
        var sink = RecordSink(exchange.connection)
        sink.begin(HTTPResponse(status: .ok), extent: .exactly(10))
        try await sink.write(unsafe [UInt8]().span.bytes)
        var isCommitted = sink.isCommitted
        #expect(!isCommitted, "nothing was written")
        sink.begin(HTTPResponse(status: .notFound), extent: .none)
        try await sink.finish()
        isCommitted = sink.isCommitted
        #expect(isCommitted)
        let text = "Status: 404 Not Found\r\n\r\n"
        #expect(exchange.receive().starts(with: [1, 6, 0, 1, 0, UInt8(text.utf8.count), 0, 0] + Array(text.utf8)))
        exchange.end()
        let other = try Exchange()
        other.begin()
        var failing = RecordSink(other.connection)
        failing.begin(HTTPResponse(status: .ok), extent: .exactly(10))
        await failing.fail()
        #expect(other.receive() == [UInt8](repeating: 255, count: 8))
        other.end()
    }

    @Test("A head that is too large takes no content, and another may take its place", arguments: [false, true])
    func refusesLargeHead(isWrittenAtOnce: Bool) async throws {
        let exchange = try Exchange()
        exchange.begin()
        var sink = RecordSink(exchange.connection)
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentDisposition] = String(repeating: "a", count: 70_000)
        sink.begin(head, extent: .exactly(1))
        if isWrittenAtOnce {
            let isWritten = "x".writeAtOnce(to: &sink)
            #expect(!isWritten)
        } else {
            await #expect(throws: HeadTooLarge.self) { try await sink.write(unsafe ([120] as [UInt8]).span.bytes) }
        }
        await #expect(throws: HeadTooLarge.self) { try await sink.finish() }
        let isCommitted = sink.isCommitted
        #expect(!isCommitted)
        sink.begin(HTTPResponse(status: .internalServerError), extent: .none)
        try await sink.finish()
        let isFinished = sink.isFinished
        #expect(isFinished && exchange.receive().dropFirst(8).starts(with: Array("Status: 500 ".utf8)))
        exchange.end()
    }

    @Test("A response that fails gives the web server time to read its content before it looks failed")
    func waitsUntilRead() async throws {
        let exchange = try Exchange()
        exchange.begin()
        var sink = RecordSink(exchange.connection)
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        try await sink.write("begun")
        let start = ContinuousClock.now
        await sink.fail()
        // Nobody has read it.
        #expect(ContinuousClock.now - start >= .milliseconds(50))
        #expect(exchange.receive().suffix(13).elementsEqual(Array("begun".utf8) + [UInt8](repeating: 255, count: 8)))
        exchange.end()
    }

    @Test("Nothing is sent of a large piece that is written when its request has been cut")
    func stopsWithinPiece() async throws {
        let exchange = try Exchange()
        exchange.begin()
        var sink = RecordSink(exchange.connection)
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        exchange.connection.cancel(.requestTimedOut)
        let piece = [UInt8](repeating: 120, count: 200_000)
        await #expect(throws: CancellationError.self) { try await sink.write(piece) }
        #expect(exchange.receive().isEmpty)
        exchange.end()
    }

    @Test("A response that is broken off just before it would wait for room does not wait")
    func waitsForNobody() async throws {
        let breaker = Breaker()
        let exchange = try Exchange(buffers: BufferPool { breaker.breakOffOnce() })
        let connection = exchange.connection
        exchange.begin()
        let zeros = [UInt8](repeating: 0, count: 4096)
        while case .sent = unsafe zeros.withUnsafeBytes({ unsafe Socket.send($0, to: connection.descriptor) }) {}
        connection.output.takeRoom()
        unsafe connection.output.append(zeros.span.bytes)
        connection.output.publish()
        breaker.connection.withLock { $0 = connection }
        let isDone = Atomic<Bool>(false)
        let hasWaited = Atomic<Bool>(false)
        // Whoever waits is not left to it.
        let waker = try OwnThread {
            while !isDone.load(ordering: .relaxed) {
                if connection.state.withLock({ unsafe $0.response.roomWaiter != nil }) {
                    hasWaited.store(true, ordering: .relaxed)
                    connection.wakeWaiter()
                }
                usleep(1000)
            }
        }
        await #expect(throws: CancellationError.self) { try await connection.drain() }
        isDone.store(true, ordering: .relaxed)
        waker.join()
        breaker.end()
        let waited = hasWaited.load(ordering: .relaxed)
        #expect(!waited)
        exchange.end()
    }

    @Test("Whoever finds that a client has left, or is late, cuts none that comes to the connection after it")
    func cutsOnlyWhoIsMeant() throws {
        let exchange = try Exchange()
        let connection = exchange.connection
        exchange.begin()
        exchange.hangUp()
        guard case .cut(.clientLeft, serial: let left) = connection.noteEvents(.failed) else {
            Issue.record("the client's departure is not noticed")
            return
        }
        // Meanwhile its task has seen it too, and has ended.
        connection.endResponding()
        connection.close()
        try exchange.open()
        exchange.begin()
        connection.cancel(.clientLeft, of: left)
        #expect(connection.cancellation == nil)

        let passed = connection.limitPassed(MonotonicClock.now + 60_000, receive: 1, write: 1, request: 1)
        #expect(passed?.limit == .request)
        connection.endResponding()
        connection.waitForRequest(afterRequest: true)
        #expect(connection.beginReceiving())
        exchange.begin()
        connection.cancel(.requestTimedOut, of: passed?.serial)
        #expect(connection.cancellation == nil)
        connection.cancel(.serverStopped)
        #expect(connection.cancellation == .serverStopped)
        connection.endResponding()
        connection.close()
        exchange.hangUp()
    }
}

/// Breaks a response off while its task gives its buffer away, before it waits: as a server does at its end.
private final class Breaker: Sendable {
    let connection = Lock<Connection?>(nil)
    private let thread = Lock<OwnThread?>(nil)

    func breakOffOnce() -> SpareBuffer? {
        let taken = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        guard let taken else { return nil }
        thread.withLock { $0 = try? OwnThread { taken.breakOff() } }
        // It has the connection's lock, and goes on when the task's thread has given the buffer away.
        while unsafe pthread_mutex_trylock(taken.state.mutex) == 0 {
            unsafe pthread_mutex_unlock(taken.state.mutex)
            usleep(100)
        }
        return nil
    }

    func end() { thread.withLock { $0 }?.join() }
}

/// A connection whose request's task is the test.
private final class Exchange: Sendable {
    let connection: Connection
    let received = Lock<[UInt8]>([])
    private let far = Lock<Int32>(-1)

    init(clock: ServerClock = .monotonic, buffers: BufferPool = BufferPool()) throws {
        connection = Connection(
            pool: try WorkerPool(),
            buffers: buffers,
            requestGuard: RequestGuard(capacity: .init(connections: 1, requests: 1)),
            clock: clock
        )
        try open()
    }

    deinit { hangUp() }

    /// Lets the connection take over a new socket.
    func open() throws {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try SystemError.check("socketpair", unsafe socketpair(AF_UNIX, type, 0, &ends))
        far.withLock { $0 = ends[1] }
        connection.open(ends[0], isTCP: false)
    }

    func begin() {
        let http = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
        _ = connection.beginResponding(to: DownloadRequest(http: http), requestID: 1)
    }

    /// Writes until the socket is full.
    func fill(through sink: inout RecordSink) async throws {
        while case .done = connection.output.flush() {
            try await sink.write([UInt8](repeating: 120, count: 1000))
            if sink.contentBytes % 50_000 == 0 { connection.output.rewind() }
        }
    }

    /// Closes the connection, whose response has ended.
    func end() {
        connection.endResponding()
        connection.close()
    }

    /// What has come so far.
    func receive() -> [UInt8] {
        let far = far.withLock { $0 }
        return unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, size in
            size = max(0, unsafe recv(far, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
        }
    }

    func hangUp() {
        far.withLock { far in
            if far >= 0 { close(far) }
            far = -1
        }
    }

    /// Receives all that comes, until the connection is closed.
    func readAll() {
        let far = far.withLock { $0 }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(far, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            received.withLock { $0 += chunk[..<count] }
        }
    }
}
