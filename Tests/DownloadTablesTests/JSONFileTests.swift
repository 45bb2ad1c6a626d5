import DownloadCore
import Foundation
import Testing

@testable import DownloadJSON

@Suite struct JSONFileTests {
    private struct Item: Codable, Equatable {
        var id: Int
        var name: String?
        var price = 0.5
    }

    private static let items = [
        Item(id: 1, name: "Lamp, \"desk\""), Item(id: 2, name: nil), Item(id: 3, name: "日本\n<a/b>\u{0}\u{2028}"),
    ]

    /// A stream of the items.
    private static var stream: AsyncStream<Item> {
        let (stream, continuation) = AsyncStream<Item>.makeStream()
        for item in items { continuation.yield(item) }
        continuation.finish()
        return stream
    }

    @Test("NDJSON has an object a line, with sorted keys, and no line break within one")
    func writesLines() async throws {
        let file = NDJSONFile(name: "a.ndjson", rows: Self.items)
        let text = try await text(of: file)
        let lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[3].isEmpty)
        #expect(String(lines[0]) == #"{"id":1,"name":"Lamp, \"desk\"","price":0.5}"#)
        #expect(String(lines[1]) == #"{"id":2,"price":0.5}"#)
        let items = try lines.dropLast().map { try JSONDecoder().decode(Item.self, from: Data($0)) }
        #expect(items == Self.items)
        #expect(file.contentType == "application/x-ndjson" && file.size == nil && !file.isRepeatable)
    }

    @Test("Rows that come one by one give the same bytes as a list of them")
    func streams() async throws {
        let listed = try await text(of: NDJSONFile(name: "a.ndjson", rows: Self.items))
        #expect(try await text(of: NDJSONFile(name: "a.ndjson", rows: Self.stream)) == listed)
        let array = try await text(of: JSONArrayFile(name: "a.json", rows: Self.items))
        #expect(try await text(of: JSONArrayFile(name: "a.json", rows: Self.stream)) == array)
    }

    @Test("An array is one value, a row a line", arguments: [0, 1, 2, 3])
    func writesArray(count: Int) async throws {
        let file = JSONArrayFile(name: "a.json", repeatable: true, rows: Self.items.prefix(count))
        let text = try await text(of: file)
        #expect(try JSONDecoder().decode([Item].self, from: Data(text.utf8)) == Array(Self.items.prefix(count)))
        #expect(text.utf8.count { $0 == 0x0a } == count + 1)
        #expect(text.hasSuffix("]\n"))
        #expect(file.contentType == "application/json" && file.isRepeatable)
    }

    @Test("An encoder of the user's is used, without the line breaks that it puts between the parts of a row")
    func usesEncoder() async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.dateEncodingStrategy = .secondsSince1970
        let dates = [["at": Date(timeIntervalSince1970: 5)], ["at": Date(timeIntervalSince1970: 6)]]
        let text = try await text(of: NDJSONFile(name: "a.ndjson", encoder: encoder, rows: dates))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(try JSONDecoder().decode([String: Int].self, from: Data(lines[1].utf8)) == ["at": 6])
    }

    @Test("A closing row has the number of rows under the key that was given", arguments: [0, 1, 3])
    func closes(count: Int) async throws {
        var file = NDJSONFile(name: "a.ndjson", rows: Self.items.prefix(count))
        file.closingRow = "ro\"ws"
        let last = try #require(try await text(of: file).split(separator: "\n").last)
        #expect(try JSONDecoder().decode([String: Int].self, from: Data(last.utf8)) == ["ro\"ws": count])
    }

    @Test("A source that throws fails the file behind the rows that came, and an array is not closed")
    func failsVisibly() async throws {
        var sink = CollectingSink()
        var lines = NDJSONFile(name: "a.ndjson", rows: failingRows(after: 100))
        lines.closingRow = "rows"
        await #expect(throws: RowFailure.self) { try await lines.write(to: &sink) }
        let text = sink.finish()
        #expect(text.hasSuffix("\n99\n100\n"))
        sink = CollectingSink()
        let array = JSONArrayFile(name: "a.json", rows: failingRows(after: 100))
        await #expect(throws: RowFailure.self) { try await array.write(to: &sink) }
        let cut = sink.finish()
        #expect(throws: (any Error).self) { try JSONDecoder().decode([Int].self, from: Data(cut.utf8)) }
    }

    @Test("A row that cannot be encoded fails the file", arguments: [Double.nan, .infinity])
    func refusesWhatJSONCannotHave(number: Double) async throws {
        await #expect(throws: EncodingError.self) { try await text(of: NDJSONFile(name: "a", rows: [1, number])) }
    }

    @Test("The first row comes at once, and batches are small")
    func flushesEarly() async throws {
        var sink = PiecesSink()
        try await NDJSONFile(name: "a.ndjson", rows: 0..<100_000).write(to: &sink)
        #expect(sink.sizes[0] == 2)
        #expect(try #require(sink.sizes.max()) < 9000)
    }
}
