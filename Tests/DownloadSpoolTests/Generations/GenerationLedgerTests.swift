import Randomness
import Testing

@testable import DownloadSpool

@Suite struct GenerationLedgerTests {
    private func running(_ change: (inout GenerationLedger) -> Void = { _ in }) -> GenerationLedger {
        var ledger = GenerationLedger()
        ledger.begin()
        change(&ledger)
        return ledger
    }

    /// The macro can't call what changes the ledger.
    private func expect(_ count: Int, _ expected: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(count == expected, sourceLocation: sourceLocation)
    }

    @Test("Where a reader finds bytes while they come")
    func steps() {
        var ledger = running { $0.append(100) }
        #expect(ledger.step(at: 0) == .readWindow(upTo: 100))
        #expect(ledger.step(at: 99) == .readWindow(upTo: 100))
        #expect(ledger.step(at: 100) == .wait)
        expect(ledger.store(60), 60)
        #expect(ledger.step(at: 0) == .readFile(upTo: 60))
        #expect(ledger.step(at: 60) == .readWindow(upTo: 100))
        expect(ledger.store(40), 40)
        ledger.storeDirectly(1000)
        #expect(ledger.step(at: 60) == .readFile(upTo: 1100))
        #expect(ledger.step(at: 1100) == .wait)
        // A range far ahead waits for its bytes.
        #expect(ledger.step(at: 5000) == .wait)
        ledger.complete()
        #expect(ledger.step(at: 0) == .readFile(upTo: 1100))
        #expect(ledger.step(at: 1100) == .end)
        #expect(ledger.step(at: 5000) == .end)
    }

    @Test("A failure comes behind what is in the file, and at once to who waits")
    func failure() {
        var ledger = running { $0.storeDirectly(10) }
        ledger.append(5)
        ledger.fail()
        #expect(ledger.step(at: 0) == .readFile(upTo: 10))
        #expect(ledger.step(at: 10) == .fail)
        #expect(ledger.step(at: 15) == .fail)
    }

    @Test("When nothing goes to the file any more, the slowest reader keeps what it has not had")
    func streaming() throws {
        var ledger = running { $0.storeDirectly(50) }
        let slowReader = ledger.addReader(at: 0)
        let slow = try #require(slowReader)
        let fastReader = ledger.addReader(at: 0)
        let fast = try #require(fastReader)
        ledger.beginStreaming()
        ledger.append(30)
        expect(ledger.move(fast, to: 80), 0)
        #expect(ledger.window == 50..<80)
        #expect(ledger.step(at: 0) == .readFile(upTo: 50))
        expect(ledger.move(slow, to: 60), 10)
        #expect(ledger.window == 60..<80)
        // Who comes now would miss 50 to 60.
        #expect(!ledger.canRead(from: 0))
        #expect(!ledger.canRead(from: 55))
        #expect(ledger.step(at: 55) == .giveUp)
        let lateReader = ledger.addReader(at: 60)
        let late = try #require(lateReader)
        expect(ledger.removeReader(late), 0)
        expect(ledger.removeReader(slow), 20)
        #expect(ledger.window == 80..<80)
        #expect(ledger.step(at: 80) == .wait)
    }

    @Test("Without a reader the window waits for the first")
    func waitsForFirstReader() throws {
        var ledger = running()
        ledger.beginStreaming()
        ledger.append(10)
        expect(ledger.store(0), 0)
        let readerReader = ledger.addReader(at: 0)
        let reader = try #require(readerReader)
        #expect(ledger.step(at: 0) == .readWindow(upTo: 10))
        expect(ledger.move(reader, to: 10), 10)
    }

    @Test("Who waits for what is far ahead keeps nothing of the window")
    func farAhead() throws {
        var ledger = running()
        ledger.beginStreaming()
        let reader = ledger.addReader(at: 1000)
        _ = try #require(reader)
        ledger.append(100)
        expect(ledger.trim(), 100)
        #expect(ledger.step(at: 1000) == .wait)
        ledger.append(950)
        expect(ledger.trim(), 900)
        #expect(ledger.step(at: 1000) == .readWindow(upTo: 1050))
    }

    @Test("A content that begins anew keeps its readers where they are")
    func restarts() throws {
        var ledger = running { $0.storeDirectly(100) }
        let readerReader = ledger.addReader(at: 0)
        let reader = try #require(readerReader)
        _ = ledger.move(reader, to: 70)
        ledger.restart()
        #expect(ledger.step(at: 70) == .wait)
        ledger.storeDirectly(71)
        #expect(ledger.step(at: 70) == .readFile(upTo: 71))
    }

    @Test("Random courses: a reader meets every byte once, in order, or is told", arguments: 0..<200)
    func randomCourses(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = running()
        var readers: [(id: Int, position: Int64)] = []
        var fileEnd: Int64 = 0
        for _ in 0..<300 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1: ledger.append(Int.random(in: 1..<50, using: &random))
            case 2 where !ledger.isStreaming:
                let count = Int.random(in: 0...ledger.window.count, using: &random)
                fileEnd += Int64(count)
                expect(ledger.store(count), count)
            case 3 where !ledger.isStreaming && ledger.window.isEmpty:
                let count = Int64.random(in: 1..<100, using: &random)
                fileEnd += count
                ledger.storeDirectly(count)
            case 4 where Int.random(in: 0..<40, using: &random) == 0: ledger.beginStreaming()
            case 5: if let id = ledger.addReader(at: 0) { readers.append((id, 0)) }
            case 6 where !readers.isEmpty:
                let index = Int.random(in: readers.indices, using: &random)
                switch ledger.step(at: readers[index].position) {
                case .readFile(let end):
                    #expect(end == fileEnd && readers[index].position < end)
                    readers[index].position = Int64.random(in: readers[index].position + 1...end, using: &random)
                case .readWindow(let end):
                    #expect(ledger.window.contains(readers[index].position) && end == ledger.count)
                    readers[index].position = Int64.random(in: readers[index].position + 1...end, using: &random)
                case .wait: #expect(readers[index].position == ledger.count)
                case .end, .fail, .giveUp: Issue.record("a reader that was let in is left without its bytes")
                }
                _ = ledger.move(readers[index].id, to: readers[index].position)
            case 7 where !readers.isEmpty:
                let reader = readers.remove(at: Int.random(in: readers.indices, using: &random))
                _ = ledger.removeReader(reader.id)
            default: break
            }
            #expect(ledger.stored == fileEnd && ledger.window.lowerBound >= fileEnd)
        }
    }
}
