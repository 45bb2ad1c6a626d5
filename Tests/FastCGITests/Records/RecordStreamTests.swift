import DownloadSystem
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(60))) struct RecordStreamTests {
    @Test(
        "Content is sent once and in order, however many flush meanwhile, and wherever its buffer is given up",
        arguments: [false, true]
    )
    func sendsOnce(compacts: Bool) throws {
        let pair = try SocketPair()
        let stream = RecordStream(pool: BufferPool())
        stream.open(requestID: 1, on: pair.near)
        stream.takeRoom()
        // In pieces of 997 bytes.
        let expected = rounds(4000).count * 997
        let numbers = (0..<256 + 997).map { UInt8(truncatingIfNeeded: $0) }
        let isDone = Atomic<Bool>(false)
        let flushers = try (0..<2)
            .map { _ in
                try OwnThread { while !isDone.load(ordering: .relaxed) { _ = stream.flush() } }
            }
        let reader = try OwnThread { pair.readContent(until: expected, isSlow: compacts) }
        var next: UInt8 = 0
        var written = 0
        while written < expected {
            let piece = Array(numbers[Int(next)..<Int(next) + 997])
            while stream.room < piece.count {
                stream.publish()
                while case .wouldBlock = stream.flush() {
                    if compacts { stream.compact() }
                    sched_yield()
                }
                // With nothing unsent.
                if compacts { stream.compact() }
                stream.rewind()
            }
            unsafe stream.append(piece.span.bytes)
            stream.publish()
            next &+= UInt8(truncatingIfNeeded: piece.count)
            written += piece.count
        }
        while case .wouldBlock = stream.flush() { sched_yield() }
        reader.join()
        isDone.store(true, ordering: .relaxed)
        for flusher in flushers { flusher.join() }
        #expect(pair.firstWrongByte.load(ordering: .relaxed) == -1)
    }

    @Test("What was written behind a half-sent record survives the loss of its buffer", arguments: [false, true])
    func compactsBehindRecord(ends: Bool) throws {
        let pair = try SocketPair()
        let stream = RecordStream(pool: BufferPool())
        var written = 0
        func write(_ count: Int) {
            let piece = (written..<written + count).map { UInt8(truncatingIfNeeded: $0) }
            unsafe stream.append(piece.span.bytes)
            stream.publish()
            written += count
        }
        stream.open(requestID: 1, on: pair.near)
        stream.takeRoom()
        // Until the socket is full, with a record half in it.
        write(30_000)
        while case .done = stream.flush() {
            stream.rewind()
            write(30_000)
        }
        write(20_000)
        if ends { stream.end() }
        guard case .wouldBlock = stream.flush() else {
            Issue.record("the socket took more")
            return
        }
        stream.compact()
        let whole = ends ? written : written + 10
        let reader = try OwnThread { pair.readContent(until: whole) }
        while case .wouldBlock = stream.flush() { sched_yield() }
        if !ends {
            stream.rewind()
            write(10)
            stream.end()
            _ = stream.flush()
        }
        shutdown(pair.near, Int32(SHUT_WR))
        reader.join()
        #expect(pair.firstWrongByte.load(ordering: .relaxed) == -1)
        #expect(pair.readRest() == [1, 6, 0, 1, 0, 0, 0, 0, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("What lies unsent between two looks is forgotten; what was sent meanwhile is not")
    func seesForgottenContent() throws {
        let pair = try SocketPair()
        let stream = RecordStream(pool: BufferPool())
        stream.open(requestID: 1, on: pair.near)
        stream.takeRoom()
        unsafe stream.append([1, 2, 3].span.bytes)
        #expect(!stream.hasForgottenContent(), "not published")
        stream.publish()
        #expect(!stream.hasForgottenContent(), "seen for the first time")
        #expect(stream.hasForgottenContent())
        _ = stream.flush()
        #expect(!stream.hasForgottenContent(), "sent")
        stream.rewind()
        unsafe stream.append(([4] as [UInt8]).span.bytes)
        stream.publish()
        #expect(!stream.hasForgottenContent())
        _ = stream.flush()
        unsafe stream.append(([5] as [UInt8]).span.bytes)
        stream.publish()
        #expect(!stream.hasForgottenContent(), "something was sent since the last look")
        #expect(stream.hasForgottenContent())
        _ = stream.flush()
        stream.end()
        #expect(!stream.hasForgottenContent())
        #expect(stream.hasForgottenContent(), "the end is content, too")
    }

    @Test("Every record bears the identifier of its request")
    func namesRequest() throws {
        let pair = try SocketPair()
        let stream = RecordStream(pool: BufferPool())
        stream.open(requestID: 0x0102, on: pair.near)
        stream.takeRoom()
        unsafe stream.append(([9] as [UInt8]).span.bytes)
        stream.publish()
        stream.end()
        _ = stream.flush()
        shutdown(pair.near, Int32(SHUT_WR))
        let end: [UInt8] = [1, 6, 1, 2, 0, 0, 0, 0, 1, 3, 1, 2, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(pair.readRest() == [1, 6, 1, 2, 0, 1, 0, 0, 9] + end)
    }

    @Test("A response that has its end is not broken off")
    func keepsEnd() throws {
        let pair = try SocketPair()
        let stream = RecordStream(pool: BufferPool())
        stream.open(requestID: 1, on: pair.near)
        stream.takeRoom()
        stream.end()
        stream.breakOff()
        #expect(stream.isOpen)
        _ = stream.flush()
        stream.breakOff()
        shutdown(pair.near, Int32(SHUT_WR))
        #expect(pair.readRest() == [1, 6, 0, 1, 0, 0, 0, 0, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("The last of the content is sent together with the end of the response, whoever flushes meanwhile")
    func sendsEndWithContent() throws {
        // Of these sockets each receive gives what was sent by one call.
        let pair = try SocketPair(SOCK_SEQPACKET)
        let stream = RecordStream(pool: BufferPool())
        let isDone = Atomic<Bool>(false)
        let flusher = try OwnThread { while !isDone.load(ordering: .relaxed) { _ = stream.flush() } }
        for _ in 0..<2000 {
            stream.open(requestID: 1, on: pair.near)
            stream.takeRoom()
            unsafe stream.append(([7] as [UInt8]).span.bytes)
            stream.end()
            _ = stream.flush()
            let sizes = pair.receivedSizes()
            guard sizes == [33] else {
                Issue.record("sent by calls of \(sizes) bytes")
                break
            }
        }
        isDone.store(true, ordering: .relaxed)
        flusher.join()
    }

    @Test("Of a response that has its end, and a full socket before it, no more is sent once it is broken off")
    func breaksOffEnded() throws {
        let pair = try SocketPair()
        let stream = RecordStream(pool: BufferPool())
        stream.open(requestID: 1, on: pair.near)
        stream.takeRoom()
        repeat {
            stream.rewind()
            let piece = [UInt8](repeating: 0, count: 30_000)
            unsafe stream.append(piece.span.bytes)
            stream.publish()
        } while stream.flush().isDone
        stream.end()
        stream.breakOff()
        #expect(!stream.isOpen)
        let sent = stream.bytesSent
        _ = pair.readRest()
        // The task that waited for room goes on, and can't take its response for a whole one.
        guard case .failed = stream.flush() else {
            Issue.record("what is broken off looks sent")
            return
        }
        #expect(stream.bytesSent == sent)
    }

    @Test("What a full socket leaves unsent is held until it is sent, or is given up", arguments: [false, true])
    func countsHeld(isSent: Bool) throws {
        let pair = try SocketPair()
        let pool = BufferPool()
        let stream = RecordStream(pool: pool)
        stream.open(requestID: 1, on: pair.near)
        stream.takeRoom()
        let piece = (0..<30_000).map { UInt8(truncatingIfNeeded: $0) }
        unsafe stream.append(piece.span.bytes)
        stream.publish()
        while case .done = stream.flush() {
            stream.rewind()
            unsafe stream.append(piece.span.bytes)
            stream.publish()
        }
        #expect(pool.heldBytes == 0, "in the buffer")
        let sent = stream.bytesSent
        #expect(!stream.hasForgottenContent())
        #expect(stream.hasForgottenContent(), "the rest of a record that is half sent")
        stream.compact()
        let held = pool.heldBytes
        #expect(held > 0 && (Int(sent) + held) % 30_008 == 0)
        #expect(stream.hasForgottenContent(), "as much as before")
        if isSent {
            let reader = try OwnThread { _ = pair.readRest(Int(sent) + held) }
            while case .wouldBlock = stream.flush() { sched_yield() }
            reader.join()
            #expect(Int(stream.bytesSent) == Int(sent) + held)
            #expect(!stream.hasForgottenContent())
        } else {
            stream.reset()
        }
        #expect(pool.heldBytes == 0)
    }
}

/// Two connected sockets, of which the far one checks that the content counts upwards.
private final class SocketPair: Sendable {
    let near: Int32
    let far: Int32
    let firstWrongByte = Atomic<Int>(-1)

    init(_ type: __socket_type = SOCK_STREAM) throws {
        var ends: [Int32] = [-1, -1]
        let type = Int32(type.rawValue | SOCK_CLOEXEC.rawValue)
        try SystemError.check("socketpair", unsafe socketpair(AF_UNIX, type, 0, &ends))
        near = ends[0]
        far = ends[1]
    }

    deinit {
        close(near)
        close(far)
    }

    private func read(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
            size = max(0, unsafe recv(far, buffer.baseAddress, count, Int32(MSG_WAITALL)))
        }
    }

    /// The sizes of all that was sent, call by call.
    func receivedSizes() -> [Int] {
        var sizes: [Int] = []
        var buffer = [UInt8](repeating: 0, count: 100)
        while case let count = unsafe recv(far, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
            sizes.append(count)
        }
        return sizes
    }

    /// Reads to the end of what was sent.
    func readRest(_ count: Int = 65_536) -> [UInt8] { read(count) }

    /// Reads records until their content has `count` bytes, or one is wrong.
    func readContent(until count: Int, isSlow: Bool = false) {
        let numbers = (0..<256 + 65_535).map { UInt8(truncatingIfNeeded: $0) }
        var position = 0
        while position < count {
            if isSlow { usleep(500) }
            let header = read(8)
            guard header.count == 8, header[0] == 1, header[1] == 6 else {
                firstWrongByte.store(position, ordering: .relaxed)
                shutdown(far, Int32(SHUT_RDWR))
                return
            }
            let content = read(Int(header[4]) << 8 | Int(header[5]))
            guard content == Array(numbers[position % 256..<position % 256 + content.count]) else {
                let offset = content.indices.first { content[$0] != UInt8(truncatingIfNeeded: position + $0) } ?? 0
                firstWrongByte.store(position + offset, ordering: .relaxed)
                shutdown(far, Int32(SHUT_RDWR))
                return
            }
            position += content.count
        }
    }
}

extension RecordStream.Outcome {
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}
