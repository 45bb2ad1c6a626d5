import DownloadBlocking
import DownloadCore
import DownloadTesting
import Synchronization
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(60))) struct BlockingSequenceTests {
    @Test("The elements arrive in order, each once", arguments: [1, 3, 512])
    func givesElements(buffered: Int) async throws {
        let numbers = BlockingSequence(buffering: buffered) { sink in
            for number in 0..<2000 { try sink.give(number) }
        }
        var received: [Int] = []
        for try await number in numbers { received.append(number) }
        #expect(received == Array(0..<2000))
    }

    @Test("All that a cursor has is given, as it is or as elements made of its rows")
    func givesAll() async throws {
        let numbers = BlockingSequence<Int> { sink in
            var cursor = (0..<2000).makeIterator()
            try sink.give(all: { cursor.next() })
            try sink.give(all: { cursor.next() })
            var rest = (0..<3).makeIterator()
            try sink.give(all: { rest.next() }, as: { -$0 })
        }
        var received: [Int] = []
        for try await number in numbers { received.append(number) }
        #expect(received == Array(0..<2000) + [0, -1, -2])
    }

    @Test("The error of a cursor that fails reaches whoever iterates")
    func passesErrorsOfCursors() async throws {
        let numbers = BlockingSequence<Int> { sink in
            var cursor = (0..<2).makeIterator()
            try sink.give(all: {
                guard let number = cursor.next() else { throw Broken() }
                return number
            })
        }
        await #expect(throws: Broken.self) { for try await _ in numbers {} }
    }

    @Test("What the closure throws reaches whoever iterates")
    func passesErrors() async throws {
        let numbers = BlockingSequence<Int> { sink in
            try sink.give(1)
            throw Broken()
        }
        await #expect(throws: Broken.self) { for try await _ in numbers {} }
    }

    @Test("The closure ends when the iterator is let go, and never runs when nobody iterates")
    func endsWithItsIterator() async throws {
        let pool = BlockingPool(maximum: 1)
        let outcome = Mutex<[String]>([])
        let numbers = BlockingSequence<Int>(on: pool) { sink in
            do {
                while true { try sink.give(1) }
            } catch {
                outcome.withLock { $0.append("\(error)") }
                throw error
            }
        }
        _ = numbers.makeAsyncIterator()
        for try await _ in numbers { break }
        // The one thread is free again only when the closure has ended.
        var rest: [Int] = []
        for try await number in BlockingSequence(on: pool, { try $0.give(2) }) { rest.append(number) }
        #expect(rest == [2])
        #expect(outcome.withLock { $0 } == ["CancellationError()"])
    }

    @Test("It is a source of pieces for a file")
    func servesPieces() async throws {
        let lines = BlockingSequence<String> { sink in
            for number in 1...3 { try sink.give("\(number)\n") }
        }
        var sink = [UInt8]()
        for try await line in lines { sink += line.utf8 }
        #expect(String(decoding: sink, as: UTF8.self) == "1\n2\n3\n")
        #expect(VirtualFile(AsyncIteratorIO(lines), name: "l.txt").size == nil)
    }
}
