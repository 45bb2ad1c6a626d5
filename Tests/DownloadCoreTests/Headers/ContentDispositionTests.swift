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
        (".\u{fe0f}.", #"; filename="download""#),
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
        ("\u{202e}.txt", #"; filename="download.txt""#), ("\u{202e}\u{2066}/..", #"; filename="download""#),
        // What Windows reserves is a name elsewhere: its clients rename it (RFC 6266 §4.3).
        ("CON", #"; filename="CON""#), ("nul.txt", #"; filename="nul.txt""#), ("COM1.csv", #"; filename="COM1.csv""#),
        ("a:b.txt", #"; filename="a:b.txt""#), ("a.txt.", #"; filename="a.txt""#),
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

    static let unseen: [(name: String, expected: String)] = [
        // Blanks at the ends, dots at the end.
        ("resumé.pdf  ", "resumé.pdf"), ("  a.txt", "a.txt"), ("a .txt", "a .txt"), ("report.", "report"),
        ("report. . .", "report"), ("report.pdf.", "report.pdf"), (".htaccess.", ".htaccess"),
        (" .txt", "download.txt"),
        ("\u{a0}a.txt\u{3000}", "a.txt"), ("a.txt\u{2800}", "a.txt"), ("\u{2800}\u{2003}", "download"), ("\t a\t", "a"),
        ("a\u{3000}b.txt", "a\u{3000}b.txt"), ("a.txt\u{85}", "a.txt"), ("a/ b.txt ", "b.txt"), ("a. /..", "download"),
        // What is never seen: format characters, fillers, tags, selectors and joiners with nothing to change.
        ("a\u{ad}\u{34f}\u{180e}b.txt", "ab.txt"), ("a\u{2061}\u{2062}\u{2063}\u{2064}\u{2065}.txt", "a.txt"),
        ("\u{206a}\u{206b}a\u{206c}\u{206d}.t\u{206e}xt\u{206f}", "a.txt"), ("a\u{fff0}\u{fff8}.txt", "a.txt"),
        ("a\u{e0001}\u{e0061}\u{e007f}.txt\u{e0020}", "a.txt"), ("\u{e0067}\u{e0062}.txt", "download.txt"),
        ("\u{115f}\u{1160}\u{3164}\u{ffa0}.pdf", "download.pdf"), ("\u{3164}", "download"),
        ("a\u{17b4}\u{17b5}.txt", "a.txt"),
        ("a\u{1d173}\u{1d17a}\u{1bca0}.txt", "a.txt"), ("a\u{fe0f}.txt", "a.txt"), ("a\u{e0100}.txt", "a.txt"),
        ("a\u{200d}b\u{200c}.txt", "ab.txt"), ("\u{200d}.txt", "download.txt"), ("a\u{ffff}\u{1fffe}.txt", "a.txt"),
        ("\u{fffe}", "download"), ("report.pdf\u{200b}", "report.pdf"), ("report.\u{200b}pdf", "report.pdf"),
        ("report.pdf\u{200b} .", "report.pdf"), ("é\u{200d}\u{200d}a", "éa"), ("a\u{600}1.txt", "a\u{600}1.txt"),
        // Where they change what is seen they stay.
        ("👨‍👩‍👧.png", "👨‍👩‍👧.png"), ("❤\u{fe0f}\u{200d}🔥.png", "❤\u{fe0f}\u{200d}🔥.png"),
        ("1\u{fe0f}\u{20e3}.txt", "1\u{fe0f}\u{20e3}.txt"),
        ("می\u{200c}خواهم.txt", "می\u{200c}خواهم.txt"), ("क्\u{200d}ष.txt", "क्\u{200d}ष.txt"),
        ("葛\u{e0100}.txt", "葛\u{e0100}.txt"), ("☎\u{fe0e}.txt", "☎\u{fe0e}.txt"), ("👩\u{200d}.txt", "👩.txt"),
    ]

    @Test("What is not seen of a name is not sent, and neither are blanks and dots at its ends", arguments: unseen)
    func cleansName(row: (name: String, expected: String)) throws {
        let field = try #require(DispositionField(ContentDisposition(.attachment, filename: row.name).description))
        #expect(field.name?.utf8.elementsEqual(row.expected.utf8) == true, "\(field.name?.debugDescription ?? "none")")
        // Cleaning what is clean changes nothing.
        let again = try #require(DispositionField(ContentDisposition(.attachment, filename: row.expected).description))
        #expect(again.name?.utf8.elementsEqual(row.expected.utf8) == true)
    }

    static let long: [(name: String, expected: String)] = [
        (String(repeating: "a", count: 220), String(repeating: "a", count: 220)),
        (String(repeating: "a", count: 221), String(repeating: "a", count: 220)),
        (String(repeating: "a", count: 255), String(repeating: "a", count: 220)),
        (String(repeating: "a", count: 10_000) + ".txt", String(repeating: "a", count: 216) + ".txt"),
        (String(repeating: "a", count: 300) + ".tar.gz", String(repeating: "a", count: 213) + ".tar.gz"),
        (String(repeating: "é", count: 200) + ".txt", String(repeating: "é", count: 108) + ".txt"),
        (String(repeating: "日", count: 200), String(repeating: "日", count: 73)),
        (String(repeating: "👨‍👩‍👧", count: 20) + ".png", String(repeating: "👨‍👩‍👧", count: 12) + ".png"),
        // Cut where a blank or a dot is, which may not be the last.
        (
            String(repeating: "a", count: 219) + " " + String(repeating: "b", count: 40),
            String(repeating: "a", count: 219)
        ),
        (
            String(repeating: "a", count: 219) + "." + String(repeating: "b", count: 40),
            String(repeating: "a", count: 219)
        ),
        (
            "a" + String(repeating: "\u{301}", count: 300) + ".txt",
            "a" + String(repeating: "\u{301}", count: 107) + ".txt"
        ),
        ("a." + String(repeating: "b", count: 300), "a." + String(repeating: "b", count: 218)),
        (String(repeating: "a", count: 300) + ".", String(repeating: "a", count: 220)),
        (String(repeating: "\u{600}", count: 200) + ".txt", String(repeating: "\u{600}", count: 108) + ".txt"),
        // An ending has at most 32 bytes, its dot among them.
        (
            String(repeating: "a", count: 300) + "." + String(repeating: "e", count: 31),
            String(repeating: "a", count: 188) + "." + String(repeating: "e", count: 31)
        ),
        (
            String(repeating: "a", count: 215) + "." + String(repeating: "e", count: 32),
            String(repeating: "a", count: 215) + ".eeee"
        ),
        // Of which nothing usable would be left.
        (String(repeating: ".", count: 300) + String(repeating: "a", count: 40), "download"),
        (String(repeating: " ", count: 300) + "a", "a"),
        (String(repeating: "a ", count: 200), String(repeating: "a ", count: 110).dropLast() + ""),
        (String(repeating: ".", count: 300) + "a", String(repeating: ".", count: 218) + ".a"),
    ]

    @Test("A long name is cut to 220 bytes before its ending, between characters", arguments: long)
    func cutsLongName(row: (name: String, expected: String)) throws {
        let field = try #require(DispositionField(ContentDisposition(.attachment, filename: row.name).description))
        #expect(field.name == row.expected)
        #expect(row.expected.utf8.count <= 220)
    }

    @Test("A likeness that is longer than its name is cut too")
    func cutsLongLikeness() throws {
        let name = String(repeating: "ß", count: 108) + "ǅ.txt"
        let field = try #require(DispositionField(ContentDisposition(.attachment, filename: name).description))
        #expect(field.name == String(name.prefix(108)) + ".txt")
        #expect(try #require(field.filename).hasSuffix("s.txt"))
        #expect(try #require(field.filename).utf8.count <= 220)
        // The part that says nothing is replaced by a longer one.
        let short = "日." + String(repeating: "a", count: 216)
        let replaced = try #require(DispositionField(ContentDisposition(.attachment, filename: short).description))
        #expect(replaced.name == short)
        #expect(replaced.filename == "download." + String(repeating: "a", count: 211))
    }

    @Test("Random names are read back by a parser of RFC 6266, without what must not be in them", .computing)
    func roundTrips() throws {
        var random = SeededGenerator(seed: 20_261_121)
        for _ in rounds(6000) {
            let name = random.hostileName()
            let value = ContentDisposition(.attachment, filename: name).description
            let field = try #require(DispositionField(value), "\(name.debugDescription) gave \(value)")
            guard !name.isEmpty else {
                #expect(value == "attachment")
                continue
            }
            #expect(field.type == "attachment")
            if let expected = expectedName(name) {
                #expect(field.name == expected, "\(name.debugDescription) gave \(value)")
            }
            try expectSafe(try #require(field.filename), name: name)
        }
    }

    /// What must arrive, said in another way than the library says it; nil where joiners or selectors make it hard to
    /// say.
    private func expectedName(_ name: String) -> String? {
        let segment =
            name.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last.map(Array.init)
            ?? []
        if segment.contains(where: { $0.properties.isVariationSelector || $0 == "\u{200c}" || $0 == "\u{200d}" }) {
            return nil
        }
        let blanks =
            "\u{20}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}"
            + "\u{200a}\u{202f}\u{205f}\u{3000}\u{2800}"
        var kept = segment.filter {
            $0.properties.generalCategory != .control && !$0.properties.isDefaultIgnorableCodePoint
                && !"\u{2028}\u{2029}\u{fff9}\u{fffa}\u{fffb}".unicodeScalars.contains($0)
                && $0.value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains($0.value)
        }
        while let last = kept.last, last == "." || blanks.unicodeScalars.contains(last) { kept.removeLast() }
        kept = Array(kept.drop { blanks.unicodeScalars.contains($0) })
        var text = String.UnicodeScalarView()
        text.append(contentsOf: kept)
        if kept.isEmpty { return "download" }
        return (kept.first == "." && segment.first != "." ? "download" : "") + String(text)
    }

    private func expectSafe(_ fallback: String, name: String) throws {
        let comment: Comment = "\(name.debugDescription) gave \(fallback)"
        #expect(!fallback.isEmpty, comment)
        #expect(fallback.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x5c }, comment)
        #expect(fallback.contains { $0 != "." }, comment)
        #expect(fallback.firstMatch(of: /%[0-9A-Fa-f]{2}/) == nil, comment)
        #expect(fallback.utf8.count <= 220, comment)
        #expect(fallback.utf8.last != UInt8(ascii: "."), comment)
    }
}
