import DownloadCore
import DownloadTesting
import HTTPTypes
import TestSupport
import Testing

@Suite struct RandomRangeTests {
    @Test("Whatever ranges are asked, exactly their bytes are sent", arguments: 1...40, Seeking.allCases)
    func sendsExactlyTheRanges(seed: UInt64, seeking: Seeking) async throws {
        var random = SeededGenerator(seed: seed)
        for _ in rounds(10) {
            let size = Int.random(in: 1...300, using: &random)
            let file = seeking.file.with {
                $0.bytes = (0..<size).map { _ in UInt8(ascii: "a") + UInt8.random(in: 0..<26, using: &random) }
                $0.size = Int64(size)
                $0.pieceSize = Int.random(in: 1...40, using: &random)
                $0.swallowsErrors = Bool.random(using: &random)
            }
            let asked = (0..<Int.random(in: 1...6, using: &random))
                .map { _ in
                    let start = Int.random(in: 0..<size + 20, using: &random)
                    return start...(start + Int.random(in: 0...60, using: &random))
                }
            let field = "bytes=" + asked.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
            let response = try await FileView { file }.response(to: .get(headerFields: [.range: field]))
            let wanted = Set(asked.joined().filter { $0 < size })
            #expect(response.isFinished && response.failure == nil, "\(field)")
            #expect(response.headerFields[.contentLength] == String(response.body.count), "\(field)")
            switch response.status {
            case .rangeNotSatisfiable:
                #expect(wanted.isEmpty, "\(field)")
            case .ok:
                #expect(response.body == file.bytes, "\(field)")
                #expect(seeking == .repeats, "\(field)")
            default:
                let parts = try #require(Self.parts(of: response), "\(field)")
                #expect(Set(parts.map(\.range).joined()) == wanted, "\(field)")
                for part in parts { #expect(part.bytes == Array(file.bytes[part.range]), "\(field)") }
            }
        }
    }

    /// The parts of a 206, read by their heads as a client reads them; nil for what is no 206.
    static func parts(of response: RecordedResponse) -> [(range: Range<Int>, bytes: [UInt8])]? {
        if let field = response.headerFields[.contentRange] {
            guard let range = range(of: field) else { return nil }
            return [(range, response.body)]
        }
        guard let type = response.headerFields[.contentType],
            let boundary = type.split(separator: "boundary=").last
        else { return nil }
        var parts: [(range: Range<Int>, bytes: [UInt8])] = []
        let sections = ("\r\n" + response.text).split(separator: "\r\n--\(boundary)", omittingEmptySubsequences: false)
        guard sections.count > 2, sections.first?.isEmpty == true, sections.last == "--\r\n" else { return nil }
        for section in sections.dropFirst().dropLast() {
            let halves = section.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let field = halves[0].split(separator: "Content-Range: ").last,
                let range = range(of: String(field))
            else { return nil }
            parts.append((range, Array(halves[1].utf8)))
        }
        return parts
    }

    private static func range(of field: String) -> Range<Int>? {
        let numbers = field.split { !$0.isNumber }.compactMap { Int($0) }
        guard field.hasPrefix("bytes "), numbers.count == 3, numbers[0] <= numbers[1] else { return nil }
        return numbers[0]..<numbers[1] + 1
    }
}
