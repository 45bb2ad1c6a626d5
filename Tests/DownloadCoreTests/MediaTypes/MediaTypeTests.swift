import DownloadCore
import Testing

@Suite struct MediaTypeTests {
    static let names: [(name: String, type: String?)] = [
        ("a.txt", "text/plain"), ("a.TXT", "text/plain"), ("Report.Pdf", "application/pdf"),
        ("a.tar.gz", "application/gzip"),
        ("a.TAR.GZ", "application/gzip"), ("a.tgz", "application/gzip"), ("a.gz", "application/gzip"),
        ("a.csv.gz", "application/gzip"),
        ("a.tar.xz", "application/x-xz"), ("a.tar", "application/x-tar"), ("a.csv", "text/csv"),
        ("a.json", "application/json"),
        ("a.zip", "application/zip"), ("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.mp4", "video/mp4"),
        ("a.woff2", "font/woff2"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.b.c.png", "image/png"), ("dir.d/a.png", "image/png"), ("dir\\a.png", "image/png"), ("日本.txt", "text/plain"),
        ("a b.txt", "text/plain"), ("..txt", "text/plain"),
        ("a", nil), ("", nil), (".", nil), ("..", nil), ("a.", nil), (".txt", nil), ("dir/.txt", nil),
        ("dir\\.txt", nil), ("dir.txt/a", nil),
        ("dir.txt\\a", nil), ("a.unknown", nil), ("a.txt ", nil), ("a.t\u{301}xt", nil), ("txt", nil), ("a.日本", nil),
        ("a.txt\u{0}", nil),
    ]

    @Test("The ending of a name tells the type", arguments: names)
    func guessesType(row: (name: String, type: String?)) {
        #expect(MediaTypeTable.mediaType(forName: row.name) == row.type)
    }

    @Test("A name without end is looked at from its end only")
    func boundsWork() {
        #expect(MediaTypeTable.mediaType(forName: "a." + String(repeating: "x", count: 1_000_000)) == nil)
        #expect(MediaTypeTable.mediaType(forName: String(repeating: "x", count: 1_000_000) + ".txt") == "text/plain")
    }

    @Test("Endings of up to 32 bytes count")
    func boundsEndings() {
        let (known, long) = (String(repeating: "e", count: 32), String(repeating: "e", count: 33))
        let table = MediaTypeTable(mimeTypes: "application/x-known \(known)\napplication/x-long \(long)\n")
        for start in ["a", "a.b", String(repeating: "x", count: 100)] {
            #expect(table.mediaType(forName: "\(start).\(known)") == "application/x-known")
            #expect(table.mediaType(forName: "\(start).\(long)") == nil)
        }
    }

    @Test("The built-in table has a few hundred endings, each with a type that can be sent")
    func isWellFormed() {
        #expect(MediaTypeTable.builtIn.count > 400)
        #expect(!MediaTypeTable.builtIn.entries.isEmpty)
        for (ending, type) in MediaTypeTable.builtIn.entries {
            #expect(MediaType.contentType(type, charset: nil) == type, "\(ending)")
            #expect(MediaTypeTable.mediaType(forName: "name." + ending.uppercased()) == type, "\(ending)")
        }
    }

    @Test("A mime.types text is read, and what is wrong in it passed over")
    func readsTable() {
        let table = MediaTypeTable(
            mimeTypes: """
                # comment
                application/x-one\tone ONE2   one3 # and this
                application/x-none
                notype two
                application/ three
                application/x;y four
                text/x-five five\r
                \t text/x-six six
                text/x-later one3
                application/x-pair gz
                application/x-both tar.gz .dot
                """
        )
        let expected: [(name: String, type: String?)] = [
            ("a.one", "application/x-one"), ("a.one2", "application/x-one"), ("a.one3", "text/x-later"), ("a.and", nil),
            ("a.two", nil),
            ("a.three", nil), ("a.four", nil), ("a.five", "text/x-five"), ("a.six", "text/x-six"),
            ("a.gz", "application/x-pair"),
            ("a.tar.gz", "application/x-both"), ("tar.gz", "application/x-pair"), ("a.b.tar.gz", "application/x-both"),
            ("a.txt", nil),
        ]
        for row in expected { #expect(table.mediaType(forName: row.name) == row.type, "\(row.name)") }
        let returns = MediaTypeTable(mimeTypes: "text/x-one one\rtext/x-two two # comment\rtext/x-three three")
        #expect(
            ["one", "two", "three"].map { returns.mediaType(forName: "a.\($0)") } == [
                "text/x-one", "text/x-two", "text/x-three",
            ]
        )
        #expect(MediaTypeTable(mimeTypes: "").count == 0)
    }

    @Test("An ending counts in any case of letters, in whatever script")
    func readsEndingsOfAnyScript() {
        let table = MediaTypeTable(mimeTypes: "text/x-lower é\ntext/x-upper Üb")
        for name in ["a.é", "a.É"] { #expect(table.mediaType(forName: name) == "text/x-lower") }
        for name in ["a.üb", "a.ÜB"] { #expect(table.mediaType(forName: name) == "text/x-upper") }
    }

    @Test("An ending with a separator in it is that of no name")
    func endsAtSeparators() {
        let table = MediaTypeTable(mimeTypes: "text/x-odd b/c b\\c")
        #expect(table.count == 2)
        for name in ["a.b/c", "a.b\\c"] { #expect(table.mediaType(forName: name) == nil) }
    }

    @Test("Of two tables the later one counts")
    func merges() {
        let own = MediaTypeTable(mimeTypes: "text/x-own txt\ntext/x-pair a.b")
        let merged = MediaTypeTable.builtIn.merging(own)
        #expect(merged.mediaType(forName: "a.txt") == "text/x-own")
        #expect(merged.mediaType(forName: "x.a.b") == "text/x-pair")
        #expect(merged.mediaType(forName: "a.pdf") == "application/pdf")
        #expect(own.merging(.builtIn).mediaType(forName: "a.txt") == "text/plain")
        // Endings of two parts are found whichever table has them.
        let plain = MediaTypeTable(mimeTypes: "text/x-plain txt")
        for both in [plain.merging(own), own.merging(plain)] {
            #expect(both.mediaType(forName: "x.a.b") == "text/x-pair")
        }
        let over = MediaTypeTable(mimeTypes: Array("text/x-own txt\ntext/x-pair a.b".utf8), over: .builtIn)
        #expect(
            Set(over.entries.map { "\($0.key) \($0.value)" }) == Set(merged.entries.map { "\($0.key) \($0.value)" })
        )
        #expect(over.mediaType(forName: "x.a.b") == "text/x-pair")
    }

    static let contentTypes: [(type: String, charset: String?, expected: String)] = [
        ("text/plain", "utf-8", "text/plain; charset=utf-8"), ("text/plain", nil, "text/plain"),
        ("TEXT/CSV", "utf-8", "TEXT/CSV; charset=utf-8"),
        ("application/javascript", "utf-8", "application/javascript; charset=utf-8"),
        ("application/xml", "utf-8", "application/xml; charset=utf-8"),
        ("application/atom+xml", "utf-8", "application/atom+xml; charset=utf-8"),
        ("application/json", "utf-8", "application/json"), ("image/png", "utf-8", "image/png"),
        ("image/svg+xml", "utf-8", "image/svg+xml"),
        ("application/zip", "utf-8", "application/zip"),
        ("application/octet-stream", "utf-8", "application/octet-stream"),
        ("text/html; charset=latin1", "utf-8", "text/html; charset=latin1"),
        ("text/csv; header=present", "utf-8", "text/csv; header=present"),
        ("text/plain ; a=\"b\\\"c;d\"", "utf-8", "text/plain ; a=\"b\\\"c;d\""),
        ("text/plain; a=\"é\"", nil, "text/plain; a=\"é\""),
        // A charset that is none is left out.
        ("text/plain", "", "text/plain"), ("text/plain", "utf-8\r\nX: y", "text/plain"),
        ("text/plain", "utf 8", "text/plain"),
        ("text/plain", "a\"b", "text/plain"), ("text/plain", "é", "text/plain"),
        ("text/plain", "utf-8;x", "text/plain"),
        // A type that is none says nothing.
        ("", "utf-8", MediaType.unknown), ("text", "utf-8", MediaType.unknown), ("text/", "utf-8", MediaType.unknown),
        ("/plain", "utf-8", MediaType.unknown), ("text/plain\r\nSet-Cookie: a=b", "utf-8", MediaType.unknown),
        ("text/plain\n", "utf-8", MediaType.unknown), ("text/plain\u{0}", nil, MediaType.unknown),
        (" text/plain", nil, MediaType.unknown),
        ("text/plain/x", nil, MediaType.unknown), ("text/plain x", nil, MediaType.unknown),
        // Parameters may be empty (RFC 9110 §5.6.6).
        ("text/plain;", "utf-8", "text/plain;"), ("text/plain; a=b ; ;", nil, "text/plain; a=b ; ;"),
        ("text/plain;\r\n", nil, MediaType.unknown), ("text/plain;,", nil, MediaType.unknown),
        ("text/plain; a", nil, MediaType.unknown), ("text/plain; a=", nil, MediaType.unknown),
        ("text/plain; =b", nil, MediaType.unknown),
        ("text/plain; a=\"b", nil, MediaType.unknown), ("text/plain; a=\"b\r\n\"", nil, MediaType.unknown),
        ("text/plain; a=\"b\\", nil, MediaType.unknown), ("text/plain; a=\"b\\\r\"", nil, MediaType.unknown),
        ("téxt/plain", nil, MediaType.unknown),
        ("text/plain, text/html", nil, MediaType.unknown), ("text/plain; a=b\u{7f}", nil, MediaType.unknown),
        ("text/plain; a=\"b\u{7f}\"", nil, MediaType.unknown), ("text/plain; a=\"\\\u{7f}\"", nil, MediaType.unknown),
    ]

    @Test("Content-Type has a charset on text only, and is never more than a type", arguments: contentTypes)
    func writesContentType(row: (type: String, charset: String?, expected: String)) {
        #expect(MediaType.contentType(row.type, charset: row.charset) == row.expected)
    }

    @Test(
        "Types of text are told from others",
        arguments: [
            ("text/plain", true), ("Text/HTML; a=b", true), ("text/html ;a=b", true), ("application/ecmascript", true),
            ("application/xml ;a=b", true), ("application/xml\t;a=b", true),
            ("application/xhtml+xml", true), ("application/xml-dtd", true), ("application/ld+json", false),
            ("image/svg+xml", false),
            ("", false), ("application/", false), ("textual/plain", false),
        ]
    )
    func tellsText(type: String, isText: Bool) {
        #expect(MediaType.isText(type) == isText)
    }

    @Test(
        "A sanitised value stays on its line",
        arguments: [
            ("plain", "plain"), ("a b", "a b"), ("a\r\nX: y", "aX: y"), ("\u{0}a\u{1b}[1m", "a[1m"), ("a\tb", "a b"),
            ("  a  ", "a"),
            ("\u{85}a\u{7f}", "a"), ("a\u{7f}b", "ab"), ("a\u{80}\u{9f}b", "ab"), ("é", "é"), ("", ""), ("\r\n", ""),
            ("\t \t", ""), ("a\r\n b", "a b"),
        ]
    )
    func sanitisesValue(text: String, expected: String) {
        #expect(HeaderValue.sanitized(text) == expected)
    }
}
