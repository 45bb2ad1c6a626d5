import DownloadCore
import TestSupport
import Testing

@Suite struct ContentDispositionTests {
    static let names: [(name: String, expected: String)] = [
        ("demo.txt", #"; filename="demo.txt""#),
        ("", ""),
        ("é.txt", #"; filename="e.txt"; filename*=UTF-8''%C3%A9.txt"#),
        ("espacé .txt", #"; filename="espace_.txt"; filename*=UTF-8''espac%C3%A9%20.txt"#),
        ("a,b.txt", #"; filename="a,b.txt""#),
        ("a b.txt", #"; filename="a_b.txt"; filename*=UTF-8''a%20b.txt"#),
        ("日本.txt", #"; filename="download.txt"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt"#),
        ("a;b.txt", #"; filename="a;b.txt""#),
        ("it's.txt", #"; filename="it's.txt"; filename*=UTF-8''it%27s.txt"#),
        ("a%20b.txt", #"; filename="a_20b.txt"; filename*=UTF-8''a%2520b.txt"#),
        ("a/b.txt", #"; filename="b.txt""#),
        ("😀.txt", #"; filename="download.txt"; filename*=UTF-8''%F0%9F%98%80.txt"#),
        ("a\tb.txt", #"; filename="ab.txt""#),
        ("a~b.txt", #"; filename="a~b.txt""#),
        ("a&b.txt", #"; filename="a&b.txt""#),
        ("café\u{301}.txt", #"; filename="cafe.txt"; filename*=UTF-8''caf%C3%A9%CC%81.txt"#),
        ("é!#$&+-.^_`|~.txt", #"; filename="e!#$&+-.^_`|~.txt"; filename*=UTF-8''%C3%A9!#$&+-.^_`|~.txt"#),
        // Paths.
        ("../../etc/passwd", #"; filename="passwd""#), ("C:\\dir\\a.txt", #"; filename="a.txt""#),
        ("a\\b/c\\d.txt", #"; filename="d.txt""#),
        ("\"malicious\\file.exe", #"; filename="file.exe""#), ("a/", #"; filename="download""#),
        (".", #"; filename="download""#),
        ("..", #"; filename="download""#), ("a/..", #"; filename="download""#), ("...", #"; filename="download""#),
        (" ", #"; filename="download""#), ("\r\n", #"; filename="download""#), ("a/.\u{0}.", #"; filename="download""#),
        // Controls and direction marks.
        ("a\r\nSet-Cookie: b=c", #"; filename="aSet-Cookie:_b=c"; filename*=UTF-8''aSet-Cookie%3A%20b%3Dc"#),
        ("a\u{0}.txt", #"; filename="a.txt""#), ("a\u{7f}\u{85}\u{9f}.txt", #"; filename="a.txt""#),
        // One alone, in a name that is plain else.
        ("a\u{1f}.txt", #"; filename="a.txt""#), ("a\u{7f}.txt", #"; filename="a.txt""#),
        ("inv\u{202e}txt.exe", #"; filename="invtxt.exe""#),
        ("\u{2066}a\u{2069}\u{200f}\u{61c}\u{feff}\u{2028}.txt", #"; filename="a.txt""#),
        ("a\u{200b}\u{2060}\u{fff9}\u{fffa}\u{fffb}b.txt", #"; filename="ab.txt""#),
        // Quotes and percent signs.
        ("a\"b.txt", #"; filename="a\"b.txt"; filename*=UTF-8''a%22b.txt"#),
        ("100%.txt", #"; filename="100%.txt"; filename*=UTF-8''100%25.txt"#),
        ("%é0.txt", #"; filename="_e0.txt"; filename*=UTF-8''%25%C3%A90.txt"#),
        ("%%41.txt", #"; filename="%_41.txt"; filename*=UTF-8''%25%2541.txt"#),
        ("%日41", #"; filename="_41"; filename*=UTF-8''%25%E6%97%A541"#), ("*.txt", #"; filename="*.txt""#),
        ("é*.txt", #"; filename="e*.txt"; filename*=UTF-8''%C3%A9%2A.txt"#),
        ("a=b(1).txt", #"; filename="a=b(1).txt""#),
        // Likenesses.
        ("Straße.txt", #"; filename="Strasse.txt"; filename*=UTF-8''Stra%C3%9Fe.txt"#),
        ("Łódź", #"; filename="Lodz"; filename*=UTF-8''%C5%81%C3%B3d%C5%BA"#),
        ("Ærø", #"; filename="AEro"; filename*=UTF-8''%C3%86r%C3%B8"#),
        ("Đặng", #"; filename="Dang"; filename*=UTF-8''%C4%90%E1%BA%B7ng"#),
        ("e\u{301}", #"; filename="e"; filename*=UTF-8''e%CC%81"#),
        ("a\u{a0}b", #"; filename="a_b"; filename*=UTF-8''a%C2%A0b"#),
        ("a–b", #"; filename="a-b"; filename*=UTF-8''a%E2%80%93b"#),
        ("ﬁle", #"; filename="file"; filename*=UTF-8''%EF%AC%81le"#),
        ("a／b", #"; filename="ab"; filename*=UTF-8''a%EF%BC%8Fb"#),
        ("．．", #"; filename="download"; filename*=UTF-8''%EF%BC%8E%EF%BC%8E"#),
        // Nothing, or not much, left.
        ("日本", #"; filename="download"; filename*=UTF-8''%E6%97%A5%E6%9C%AC"#),
        ("日本.tar.gz", #"; filename="download.tar.gz"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.tar.gz"#),
        ("a.日本", #"; filename="a"; filename*=UTF-8''a.%E6%97%A5%E6%9C%AC"#),
        ("日.本.txt", #"; filename="download.txt"; filename*=UTF-8''%E6%97%A5.%E6%9C%AC.txt"#),
        ("日 本.txt", #"; filename="download.txt"; filename*=UTF-8''%E6%97%A5%20%E6%9C%AC.txt"#),
        (".日", #"; filename="download"; filename*=UTF-8''.%E6%97%A5"#),
        ("\u{301}.txt", #"; filename="download.txt"; filename*=UTF-8''%CC%81.txt"#),
        ("\u{301}", #"; filename="download"; filename*=UTF-8''%CC%81"#),
        // Marks go from the likeness, and must not leave a path's dots.
        ("..\u{301}", #"; filename="download"; filename*=UTF-8''..%CC%81"#),
        (".\u{fe0f}.", #"; filename="download"; filename*=UTF-8''.%EF%B8%8F."#),
        ("日2.txt", #"; filename="2.txt"; filename*=UTF-8''%E6%97%A52.txt"#), (".htaccess", #"; filename=".htaccess""#),
        (".é.txt", #"; filename=".e.txt"; filename*=UTF-8''.%C3%A9.txt"#),
        ("-_-.txt", #"; filename="-_-.txt""#),
        // Look-alikes that only the likeness has, or only the end of a name.
        ("％41.txt", #"; filename="41.txt"; filename*=UTF-8''%EF%BC%8541.txt"#),
        ("a%2e%2e%2Fb.txt", #"; filename="a_2e_2e_2Fb.txt"; filename*=UTF-8''a%252e%252e%252Fb.txt"#),
        ("%25%30%61", #"; filename="_25_30_61"; filename*=UTF-8''%2525%2530%2561"#),
        ("a%", #"; filename="a%"; filename*=UTF-8''a%25"#), ("a%4", #"; filename="a%4"; filename*=UTF-8''a%254"#),
        ("a%4g", #"; filename="a%4g"; filename*=UTF-8''a%254g"#),
        ("%0d%0aX: 1", #"; filename="_0d_0aX:_1"; filename*=UTF-8''%250d%250aX%3A%201"#),
        // Every direction mark, wherever it stands.
        ("\u{202a}a\u{202b}b\u{202c}c\u{202d}d\u{202e}e\u{2067}f\u{2068}g\u{200e}.txt", #"; filename="abcdefg.txt""#),
        ("a.txt\u{202e}", #"; filename="a.txt""#), ("\u{202e}", #"; filename="download""#),
        ("\u{202e}.txt", #"; filename=".txt""#), ("\u{202e}\u{2066}/..", #"; filename="download""#),
        // What Windows reserves is a name elsewhere: its clients rename it (RFC 6266 §4.3).
        ("CON", #"; filename="CON""#), ("nul.txt", #"; filename="nul.txt""#), ("COM1.csv", #"; filename="COM1.csv""#),
        ("a:b.txt", #"; filename="a:b.txt""#), ("a.txt.", #"; filename="a.txt.""#),
        ("<a>|?*.txt", #"; filename="<a>|?*.txt""#),
        ("\\\\server\\share\\CON.txt", #"; filename="CON.txt""#), ("file:///etc/passwd", #"; filename="passwd""#),
        // Quotes and commas that would end the value or begin another.
        ("\"", #"; filename="\""; filename*=UTF-8''%22"#),
        (
            "a\"; filename=\"evil.exe",
            #"; filename="a\";_filename=\"evil.exe"; filename*=UTF-8''a%22%3B%20filename%3D%22evil.exe"#
        ),
        ("＂a＂.txt", #"; filename="a.txt"; filename*=UTF-8''%EF%BC%82a%EF%BC%82.txt"#),
        ("UTF-8''a.txt", #"; filename="UTF-8''a.txt"; filename*=UTF-8''UTF-8%27%27a.txt"#),
        ("=?utf-8?Q?a?=", #"; filename="=?utf-8?Q?a?=""#),
    ]

    @Test("A name is sent as RFC 6266 and RFC 8187 have it", arguments: names)
    func writesName(row: (name: String, expected: String)) {
        #expect(ContentDisposition(.attachment, filename: row.name).description == "attachment" + row.expected)
        #expect(ContentDisposition(.inline, filename: row.name).description == "inline" + row.expected)
    }

    static let long: [(name: String, expected: String)] = [
        (String(repeating: "a", count: 255), String(repeating: "a", count: 255)),
        (String(repeating: "a", count: 256), String(repeating: "a", count: 255)),
        (String(repeating: "a", count: 10_000) + ".txt", String(repeating: "a", count: 251) + ".txt"),
        (String(repeating: "é", count: 200) + ".txt", String(repeating: "é", count: 125) + ".txt"),
        (String(repeating: "👨‍👩‍👧", count: 20) + ".png", String(repeating: "👨‍👩‍👧", count: 13) + ".png"),
        (
            "a" + String(repeating: "\u{301}", count: 300) + ".txt",
            "a" + String(repeating: "\u{301}", count: 125) + ".txt"
        ),
        ("a." + String(repeating: "b", count: 300), "a." + String(repeating: "b", count: 253)),
        (String(repeating: "a", count: 300) + ".", String(repeating: "a", count: 254) + "."),
        (String(repeating: "\u{600}", count: 200) + ".txt", String(repeating: "\u{600}", count: 125) + ".txt"),
        // An ending has at most 32 bytes, its dot among them.
        (
            String(repeating: "a", count: 300) + "." + String(repeating: "e", count: 31),
            String(repeating: "a", count: 223) + "." + String(repeating: "e", count: 31)
        ),
        (
            String(repeating: "a", count: 250) + "." + String(repeating: "e", count: 32),
            String(repeating: "a", count: 250) + ".eeee"
        ),
        // Of which nothing usable would be left.
        (String(repeating: ".", count: 300) + String(repeating: "a", count: 40), "download"),
        (String(repeating: " ", count: 300) + "a", "download"),
        (String(repeating: ".", count: 300) + "a", String(repeating: ".", count: 253) + ".a"),
    ]

    @Test("A long name is cut to 255 bytes before its ending, between characters", arguments: long)
    func cutsLongName(row: (name: String, expected: String)) throws {
        let field = try #require(DispositionField(ContentDisposition(.attachment, filename: row.name).description))
        #expect(field.name == row.expected)
        #expect(row.expected.utf8.count <= 255)
    }

    @Test("A likeness that is longer than its name is cut too")
    func cutsLongLikeness() throws {
        let name = String(repeating: "ß", count: 125) + "ǅ.txt"
        let field = try #require(DispositionField(ContentDisposition(.attachment, filename: name).description))
        #expect(field.name == name.prefix(124) + "ß.txt" || field.name == String(name.prefix(125)) + ".txt")
        #expect(try #require(field.filename).hasSuffix("s.txt"))
        #expect(try #require(field.filename).utf8.count <= 255)
        // The part that says nothing is replaced by a longer one.
        let short = "日." + String(repeating: "a", count: 251)
        let replaced = try #require(DispositionField(ContentDisposition(.attachment, filename: short).description))
        #expect(replaced.name == short)
        #expect(replaced.filename == "download." + String(repeating: "a", count: 246))
    }

    @Test("Random names are read back by a parser of RFC 6266, without what must not be in them", .computing)
    func roundTrips() throws {
        var random = SeededRandom(seed: 20_261_121)
        for _ in 0..<30_000 {
            let name = random.hostileName()
            let value = ContentDisposition(.attachment, filename: name).description
            let field = try #require(DispositionField(value), "\(name.debugDescription) gave \(value)")
            guard !name.isEmpty else {
                #expect(value == "attachment")
                continue
            }
            #expect(field.type == "attachment")
            #expect(field.name == expectedName(name), "\(name.debugDescription) gave \(value)")
            try expectSafe(try #require(field.filename), name: name)
        }
    }

    /// What must arrive, said in another way than the library says it.
    private func expectedName(_ name: String) -> String {
        let removed =
            "\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}"
            + "\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}\u{fff9}\u{fffa}\u{fffb}"
        var kept = String.UnicodeScalarView()
        kept.append(
            contentsOf: name.unicodeScalars.filter {
                $0.properties.generalCategory != .control && !removed.unicodeScalars.contains($0)
            }
        )
        let last =
            kept.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last.map { String($0) } ?? ""
        return last.unicodeScalars.allSatisfy { $0 == "." || $0 == " " } ? "download" : last
    }

    private func expectSafe(_ fallback: String, name: String) throws {
        let comment: Comment = "\(name.debugDescription) gave \(fallback)"
        #expect(!fallback.isEmpty, comment)
        #expect(fallback.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x5c }, comment)
        #expect(fallback.contains { $0 != "." }, comment)
        #expect(fallback.firstMatch(of: /%[0-9A-Fa-f]{2}/) == nil, comment)
        #expect(fallback.utf8.count <= 255, comment)
    }
}
