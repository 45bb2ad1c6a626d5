import DownloadTesting
import Testing

/// Numbered lines of eight bytes, without an end that a test would reach.
private struct LinesView: VirtualDownloadView {
    var count: Int64 = 1_000_000

    func file(for request: DownloadRequest) -> VirtualFile<ContentWriter> {
        VirtualFile(name: "lines.txt", size: count * 8, repeatable: true) { [count] sink in
            for number in 0..<count { try await sink.write(Self.line(number)) }
        }
        .validated(by: EntityTag("lines"))
    }

    static func line(_ number: Int64) -> [UInt8] {
        let digits = String(number % 10_000_000)
        return Array((String(repeating: "0", count: 7 - digits.utf8.count) + digits + "\n").utf8)
    }
}

@Suite struct TestClientTests {
    @Test("A client that leaves cancels the generator, which gets no further than its next piece")
    func leaves() async throws {
        let response = try await LinesView().response(to: .get(), by: .leaving(after: 1001))
        #expect(response.clientHasLeft)
        #expect(!response.isFinished)
        #expect(response.failure is CancellationError)
        #expect(response.contentBytes == 1001)
        #expect(response.body.count == 1001)
        #expect(response.generatedBytes == 1008)
        #expect(!Task.isCancelled)
        let atOnce = try await LinesView().response(to: .get(), by: .leaving(after: 0))
        #expect(atOnce.clientHasLeft && atOnce.body.isEmpty)
    }

    @Test("A client that leaves with the last byte has the whole", arguments: [8000, 9000] as [Int64])
    func leavesAtTheEnd(bytes: Int64) async throws {
        let response = try await LinesView(count: 1000).response(to: .get(), by: .leaving(after: bytes))
        #expect(response.isFinished)
        #expect(!response.clientHasLeft)
        #expect(response.contentBytes == 8000)
    }

    @Test("A slow client takes all of it, a little at a time")
    func isSlow() async throws {
        let response = try await LinesView(count: 1000).response(to: .get(), by: .slow(taking: 3))
        #expect(response.isFinished)
        #expect(response.body == (0..<1000).flatMap { LinesView.line($0) })
    }

    @Test("A content is compared as it comes, in pieces of any length, and nothing of it is kept")
    func compares() async throws {
        let expected = (0..<100_000).lazy.map { LinesView.line($0) }
        let response = try await LinesView(count: 100_000).response(to: .get(), by: .comparing(with: Array(expected)))
        #expect(response.isFinished)
        #expect(response.firstDifference == nil)
        #expect(response.contentBytes == 800_000)
        #expect(response.body.isEmpty)
    }

    @Test("A difference is told by its place: another byte, an end too early, content too long")
    func tellsDifferences() async throws {
        let lines = (0..<10).map { LinesView.line($0) }
        var other = lines
        other[3][2] = 0x2e
        for (expected, place) in [(other, 26), (lines + [[1]], 80), (Array(lines.dropLast()), 72)]
            as [([[UInt8]], Int64)]
        {
            let response = try await LinesView(count: 10).response(to: .get(), by: .comparing(with: expected))
            #expect(response.firstDifference == place)
        }
    }

    @Test("A range says how far the generator ran")
    func countsRanges() async throws {
        let request = DownloadRequest.get("/", headerFields: [.range: "bytes=80-95"])
        let response = try await LinesView().response(to: request)
        #expect(response.status == .partialContent)
        #expect(response.contentBytes == 16)
        #expect(response.generatedBytes == 96)
    }
}
