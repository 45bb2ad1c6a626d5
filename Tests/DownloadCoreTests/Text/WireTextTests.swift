import DownloadTesting
import HTTPTypes
import Testing

@testable import DownloadCore

/// Texts that Unicode holds equal, and a web server does not.
@Suite struct WireTextTests {
    static let equivalents: [(String, String)] = [
        // The Kelvin sign, the Greek question mark, the Greek varia, Ångström and Ohm.
        ("\u{212A}", "K"), ("a\u{37E}", "a;"), ("\u{1FEF}", "`"), ("\u{212B}", "\u{C5}"), ("\u{2126}", "\u{3A9}"),
        // Composed and decomposed, and marks in another order.
        ("\u{C5}", "A\u{30A}"), ("caf\u{E9}", "cafe\u{301}"), ("a\u{323}\u{307}", "a\u{307}\u{323}"),
        ("\u{AC00}", "\u{1100}\u{1161}"), ("\u{340}", "\u{300}"), ("\u{2000}", "\u{2002}"),
    ]

    @Test("Texts that are only canonically equivalent are two", arguments: equivalents)
    func compares(pair: (a: String, b: String)) {
        // What Swift says of them.
        #expect(pair.a == pair.b)
        #expect(pair.a.wire != pair.b.wire && pair.a.wire == WireText(pair.a))
        #expect(!pair.a.isOctetEqual(to: pair.b) && !"\(pair.a)x".hasOctetPrefix(pair.b))
        #expect(!"x\(pair.a)".hasOctetSuffix(pair.b) && !"x\(pair.a)x".containsOctets(pair.b))
        #expect(Set([pair.a.wire, pair.b.wire]).count == 2)
        #expect((pair.a.wire < pair.b.wire) != (pair.b.wire < pair.a.wire))
        #expect([pair.a.wire: 1, pair.b.wire: 2][pair.a.wire] == 1)
    }

    @Test(
        "A mark behind an ASCII character hides nothing",
        arguments: ["/", "?", "=", "\"", ";", ":", ",", "#", "%", "\r"]
    )
    func sees(separator: String) {
        let separator = separator.utf8.first ?? 0
        for mark in ["\u{338}", "\u{301}", "\u{200D}", "\u{FE0F}", "\n"] {
            let text = "a" + String(decoding: [separator], as: UTF8.self) + mark + "b"
            #expect(text.splitOctets { $0 == separator } == ["a", Substring(mark + "b")])
            #expect(text.hasOctetPrefix(String(decoding: [UInt8(ascii: "a"), separator], as: UTF8.self)))
            #expect(text.containsOctets(String(decoding: [separator], as: UTF8.self)))
            #expect(text.droppingOctets(2).utf8.elementsEqual("\(mark)b".utf8))
        }
        #expect("a\r\nb".containsOctets("\n"))
    }

    @Test("Only the letters of ASCII have a case")
    func folds() {
        #expect("ÄBC-\u{212A}\u{130}".lowercasedASCII.isOctetEqual(to: "Äbc-\u{212A}\u{130}"))
        #expect("UTF-8".isOctetEqualIgnoringCase(to: "utf-8"))
        #expect(!"\u{212A}OI8-R".isOctetEqualIgnoringCase(to: "koi8-r"))
        #expect(!"@[".isOctetEqualIgnoringCase(to: "`{"))
    }

    @Test("Parts are found at their octets")
    func finds() {
        #expect("aab".containsOctets("ab") && !"aab".containsOctets("abb") && !"".containsOctets("a"))
        #expect("ab".hasOctetSuffix("") && "ab".hasOctetSuffix("b") && !"b".hasOctetSuffix("ab"))
        #expect("a".droppingOctets(7).isEmpty && "a:b:c".splitOctets(maxSplits: 1) { $0 == 0x3A } == ["a", "b:c"])
        #expect("".splitOctets { $0 == 0x3A } == [""] && ":".splitOctets { $0 == 0x3A } == ["", ""])
    }

    @Test("HTTPTypes takes no method and no field name beyond ASCII, so that its own comparison is one of octets")
    func reliesOnHTTPTypes() {
        for text in ["LIN\u{212A}", "\u{212A}", "GET\u{301}", "\u{1FEF}"] {
            #expect(HTTPRequest.Method(text) == nil && HTTPRequest.Method(rawValue: text) == nil)
            #expect(HTTPField.Name(text) == nil)
        }
        #expect(HTTPField.Name("KEY") == HTTPField.Name("key") && HTTPRequest.Method("get") != .get)
    }
}

/// What a request names, compared with what the server's side wrote.
@Suite struct WireNameTests {
    static let requests: [(target: String, name: String)] = [
        ("/?%E2%84%AAey=1", "Key"), ("/?\u{212A}ey=1", "Key"), ("/?a%CC%8A=1", "\u{E5}"), ("/?a%CD%BE=1", "a;"),
        ("/?A%CC%8A=1", "\u{212B}"), ("/?%CC%81=1", "="),
    ]

    @Test("The name of a query item is compared by its octets", arguments: requests)
    func query(row: (target: String, name: String)) throws {
        let query = try DownloadRequest.get(row.target).query
        #expect(query[row.name] == nil && query.all(row.name).isEmpty && query.count == 1)
        #expect(query.first.map { query[$0.name] } == "1")
        #expect(try query != QueryItems("\(row.name)=1"))
    }

    @Test("A name of a query item may have a mark after its separators")
    func queryMarks() throws {
        let query = try DownloadRequest.get("/?\u{338}a=\u{338}1&\u{338}b=2#\u{338}").query
        #expect(query["\u{338}a"] == "\u{338}1" && query["\u{338}b"] == "2" && query.count == 2)
    }

    @Test("The name of a cookie is compared by its octets, and the first of a name is not that of its likeness")
    func cookies() {
        let cookies = DownloadRequest.get(headerFields: [.cookie: "\u{212A}ey=1; Key=2; Key=3"]).cookies
        #expect(cookies["Key"] == "2" && cookies["\u{212A}ey"] == "1" && cookies.count == 2)
    }

    @Test("The parameters of a route are found by their octets")
    func parameters() {
        let request = DownloadRequest.get(parameters: ["\u{C5}": "1"])
        #expect(request.parameters["A\u{30A}"] == nil && request.parameters["\u{C5}"] == "1")
        #expect(request.parameters != ["A\u{30A}": "1"] && request.parameters != ["\u{C5}": "2"])
        #expect(["a": "\u{C5}"] as NamedValues != ["a": "A\u{30A}"])
    }

    @Test("A path's segments are compared by their octets")
    func paths() {
        #expect(RequestPath(target: "/%E2%84%AAunden.csv") != RequestPath(target: "/Kunden.csv"))
        #expect(RequestPath(target: "/\u{338}a")?.segments == ["\u{338}a"])
        #expect(RequestPath(target: "/a?\u{338}b")?.segments == ["a"])
    }

    @Test("Media types, languages and weights are compared by their octets, without regard to ASCII's case alone")
    func negotiation() {
        let offers = ["text/kml", "text/plain"]
        #expect(
            DownloadRequest.get(headerFields: [.accept: "TEXT/KML, */*;q=0.1"]).preferredMediaType(of: offers)
                == "text/kml"
        )
        #expect(
            DownloadRequest.get(headerFields: [.accept: "text/\u{212A}ml, text/plain"]).preferredMediaType(of: offers)
                == "text/plain"
        )
        #expect(DownloadRequest.get(headerFields: [.acceptLanguage: "\u{212A}o"]).preferredLanguage(of: ["ko"]) == nil)
        // A Greek question mark parts nothing.
        #expect(
            DownloadRequest.get(headerFields: [.accept: "text/kml\u{37E}q=0, text/plain"])
                .preferredMediaType(of: offers) == "text/plain"
        )
        #expect(
            DownloadRequest.get(headerFields: [.accept: "text/kml;\u{301}q=0"]).preferredMediaType(of: offers)
                == "text/kml"
        )
    }

    @Test("A media type is a text type by its octets")
    func mediaTypes() {
        #expect(MediaType.isText("TEXT/x") && MediaType.isText("application/JavaScript;a=b"))
        #expect(!MediaType.isText("te\u{301}xt/plain") && !MediaType.isText("application/xml\u{37E}a=b"))
        #expect(MediaTypeTable.mediaType(forName: "a.m\u{212A}v") == nil)
        #expect(MediaTypeTable.mediaType(forName: "a.MKV") == MediaTypeTable.mediaType(forName: "a.mkv"))
    }

    @Test("A field whose name or value is only canonically equivalent is another")
    func tags() {
        let kelvin = EntityTag(parsing: "\"\u{212A}\"")
        #expect(kelvin != EntityTag("K") && kelvin?.hashValue != EntityTag("K").hashValue)
        #expect(EntityTagCondition("\"\u{212A}\"") != EntityTagCondition("\"K\""))
        #expect(ByteRangeSet("bytes=\u{301}0-1") == nil && HTTPDate("Sun, 09 Sep 2001 01:46:40 GMT\u{301}") == nil)
    }
}
