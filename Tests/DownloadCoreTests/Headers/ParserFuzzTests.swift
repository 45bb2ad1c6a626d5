import HTTPTypes
import TestSupport
import Testing

@testable import DownloadCore

/// Every parser on inputs made of its own pieces, cut and mixed. The seed is part of the code.
@Suite(.computing, .timeLimit(.minutes(60))) struct ParserFuzzTests {
    static let seed: UInt64 = 0x2026_1121

    /// Calls `check` with random strings of `pieces` and, here and there, of any characters.
    private func fuzz(_ pieces: [String], _ check: (String) -> Bool) {
        var random = SeededGenerator(seed: Self.seed)
        var failures: [String] = []
        for _ in rounds(10_000) {
            var input = ""
            for _ in 0..<(1 + random.below(7)) {
                input += random.below(12) == 0 ? random.hostileName().prefixOfScalars(3) : random.pick(pieces)
            }
            if !check(input), failures.count < 10 { failures.append(input) }
        }
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("No input traps the parser of dates, and what it reads is written back as the same moment")
    func dates() {
        let pieces = [
            "Sun", "Sunday", ", ", "09", " Sep ", "-Sep-", "2001", "01", " 01:46:40", "GMT", " GMT", " ", "99", "31",
            " Feb ", " 9",
            "Sun, 09 Sep ", "Sun, 09 Sep 2001 01:46:40", "Sun Sep  9 ", "Sunday, 09-Sep-", "Sun Sep  9 01:46:40 2001",
        ]
        fuzz(pieces) { input in
            guard let date = HTTPDate(input) else { return true }
            return HTTPDate(date.description) == date
        }
    }

    @Test("No input traps the parsers of cookies, queries and lists with weights")
    func requestFields() {
        let pieces = [
            "a", "=", "1", ";", "; ", ",", ", ", "b=2", "\"", "\\", " ", "\t", "é", "\u{301}", "%", "%41", "%C3", "&",
            "+", "#", "?",
            "text/csv", "*/*", ";q=", "0.5", "1", "de-CH", "*", "-",
        ]
        fuzz(pieces) { input in
            var request = DownloadRequest(
                http: HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/?\(input)")
            )
            for name in [HTTPField.Name.cookie, .accept, .acceptLanguage] { request.http.headerFields[name] = input }
            let cookies = request.cookies.allSatisfy { !$0.name.isEmpty && !$0.name.utf8.contains(UInt8(ascii: ";")) }
            let query = (try? request.query.count) ?? 0
            let type = request.preferredMediaType(of: ["text/csv", "a/b"]) ?? "a/b"
            let language = request.preferredLanguage(of: ["de-CH", "a"]) ?? "a"
            return cookies && query <= input.utf8.count + 1 && !type.isEmpty && !language.isEmpty
        }
    }

    @Test("No input traps the parser of entity tags, and what it reads is written back the same")
    func entityTags() {
        fuzz(["\"", "W/", "W/\"", "\"abc\"", "abc", ",", ", ", "*", " ", "\t", "é", "\"a,b\""]) { input in
            guard case .tags(let tags)? = EntityTagCondition(input) else {
                return EntityTag(parsing: EntityTag(input).description) == EntityTag(input)
            }
            let written = tags.map(\.description).joined(separator: ", ")
            return EntityTagCondition(written) == .tags(tags)
                && tags.allSatisfy { EntityTag(parsing: $0.description) == $0 }
        }
    }

    @Test("No input traps the parser of ranges, and what it selects lies apart, within the content")
    func ranges() {
        let pieces = [
            "bytes=", "bytes=0-", "bytes=-", "0", "1", "9", "-", ",", ", ", "-5", "0-3", "5-", "99999999999999999999",
            "9223372036854775807",
            " ", "8-20", "2-1", "000",
        ]
        fuzz(pieces) { input in
            // Whitespace at the end changes nothing, but is not on the short way that most fields take.
            guard let set = ByteRangeSet(input) else { return ByteRangeSet(input + " ") == nil }
            guard ByteRangeSet(input + " ") == set else { return false }
            return [Int64(0), 1, 10, .max]
                .allSatisfy { size in
                    let sorted = set.resolved(size: size).sorted { $0.lowerBound < $1.lowerBound }
                    let areWithin = sorted.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= size }
                    return areWithin && zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
                }
        }
    }

    @Test("No input traps the writer of names, or gets more than visible ASCII out of it")
    func names() {
        fuzz([
            "a", ".txt", "/", "\\", "..", "%", "41", "é", "日本", "\r\n", "\"", "\u{202e}", "\u{301}", " ", "\0", "'",
        ]) { input in
            let value = ContentDisposition(.attachment, filename: input).description
            return value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
                && value.hasPrefix(input.isEmpty ? "attachment" : "attachment; filename=\"")
        }
    }

    @Test("No input traps the parser of media types, or gets a line break through it")
    func mediaTypes() {
        let pieces = [
            "text", "/", "plain", "text/plain", ";", "; ", "charset", "=", "utf-8", "\"", "\\", "\r\n", " ", "\0",
            "text/plain; a=\"", "é",
        ]
        fuzz(pieces) { input in
            let value = MediaType.contentType(input, charset: input)
            return MediaType.contentType(value, charset: nil) == value
                && value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
        }
    }

    @Test("No input traps the reader of a mime.types text, or makes it answer what is not a type")
    func mediaTypeTables() {
        fuzz(["text/plain", "\n", " ", "\t", "txt", "#", "tar.gz", "gz", ".", "\r\n", "a/b", "é", "/"]) { input in
            let table = MediaTypeTable(mimeTypes: input)
            let type = table.mediaType(forName: "a.tar.gz") ?? table.mediaType(forName: input) ?? "a/b"
            return MediaType.isType(type) && HeaderValue.sanitized(input).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        }
    }
}

extension String {
    fileprivate func prefixOfScalars(_ count: Int) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: unicodeScalars.prefix(count))
        return String(scalars)
    }
}
