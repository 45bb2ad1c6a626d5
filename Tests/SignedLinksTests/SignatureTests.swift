import DownloadCore
import DownloadTesting
import HTTPTypes
import SignedLinks
import Testing

@Suite struct SignatureTests {
    /// A link, and the HMAC that Python's `hmac` computes over the form that `LinkContents.canonicalForm` documents.
    struct Vector: CustomTestStringConvertible {
        var key: [UInt8]
        var target: String
        var method = HTTPRequest.Method.get
        var name: String?
        var expires: Int64
        var signature: String
        var testDescription: String { "\(method) \(target)" }
    }

    static let vectors = [
        Vector(
            key: Array(0..<32),
            target: "/export/orders.csv?rows=10",
            expires: 1_795_000_000,
            signature: "3624e0b431612dbb66740d6d1e137041e095a28c9135f29f41776b88efcd3b63"
        ),
        Vector(
            key: Array(0..<32),
            target: "/export/orders.csv?rows=10",
            name: "orders-2026.csv",
            expires: 1_795_000_000,
            signature: "646179dde7dad9f5612b49175c2ea17a4c738c61572c2ca633150f23b9727474"
        ),
        Vector(
            key: Array("correct horse battery staple".utf8),
            target: "/",
            expires: 0,
            signature: "f19b179c50db7ddc6db7e38c3336e1249a293b2a5809a0e79d4f787824b948cd"
        ),
        Vector(
            key: Array("correct horse battery staple".utf8),
            target: "/%C3%9Cbersicht/50%20%25?q=a%26b%3Dc&q&%E6%97%A5=本+%2B",
            method: .post,
            name: "Größe \"1\".csv",
            expires: 1_795_000_001,
            signature: "cf8783dc3d60fb719fe73cc1b8ba901f5d01adc9d180de990e944f7407531eda"
        ),
        Vector(
            key: Array("0123456789abcdef".utf8),
            target: "//a,b:c%2F~?1:2,=3:4,5",
            name: "x",
            expires: 4_102_444_800,
            signature: "a5a74fea3069565c7aef692168a16b97190b81e87cb06e4899f666b9b952a21c"
        ),
    ]

    @Test("A signature is the HMAC-SHA-256 of the documented form", arguments: vectors)
    func knownAnswers(vector: Vector) throws {
        let signer = try LinkSigner(keys: [SigningKey(id: "k", bytes: vector.key)])
        let link = try signer.link(
            to: vector.target,
            method: vector.method,
            name: vector.name,
            expires: HTTPDate(secondsSince1970: vector.expires)
        )
        #expect(link.hasSuffix("&link-key=k&link-signature=\(vector.signature)"))
        #expect(link.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !#""'<>\"#.utf8.contains($0) })
        let verified = try signer.verify(.make(vector.method, link), at: HTTPDate(secondsSince1970: vector.expires - 1))
        #expect(verified.name == vector.name)
        #expect(verified.expires.secondsSince1970 == vector.expires)
        #expect(verified.keyID == "k")
    }

    @Test("A link is readable: the path, its query, and then the signature's items")
    func form() throws {
        let signer = try LinkSigner(keys: [.first])
        let link = try signer.link(to: "/a/ü b?x=1 2&y", name: "ö.csv", expires: HTTPDate(secondsSince1970: 5))
        let head = "/a/%C3%BC%20b?x=1%202&y=&link-name=%C3%B6.csv&link-expires=5&link-key=first&link-signature="
        #expect(link.hasPrefix(head))
        #expect(link.count == head.count + 64)
    }

    /// Ways of writing the same request that clients and proxies have.
    static let respellings: [@Sendable (String) -> String] = [
        { $0.replacing("orders", with: "%6frders") },
        { $0.replacing("%C3%BC", with: "%c3%bc") },
        { $0.replacing("%C3%BC", with: "ü") },
        { $0.replacing("%20", with: "+") },
        { $0.replacing("link-key", with: "link%2Dkey") },
        { $0.replacing("&link-expires", with: "&&link-expires") },
        { link in
            let parts = link.split(separator: "?")
            let items = parts[1].split(separator: "&")
            return "\(parts[0])?" + (items[3...] + items[..<3]).joined(separator: "&")
        },
    ]

    @Test("Another spelling of the same request is the same request", arguments: respellings.indices)
    func otherSpellings(index: Int) throws {
        let signer = try LinkSigner(keys: [.first])
        let link = try signer.link(
            to: "/export/orders.csv?a=ü&b=1 2",
            name: "n.csv",
            expires: HTTPDate(secondsSince1970: 9)
        )
        let other = Self.respellings[index](link)
        #expect(other != link)
        try signer.verify(.get(other), at: HTTPDate(secondsSince1970: 8))
    }

    @Test(
        "A mark that combines with a separator hides none of the path or the query",
        arguments: [
            ("/\u{301}a/\u{301}b", "/%CC%81a/%CC%81b?"), ("/a?\u{301}b=1", "/a?%CC%81b=1&"),
            ("/a?b=1&\u{301}=2", "/a?b=1&%CC%81=2&"),
        ]
    )
    func combiningMarks(target: String, beginning: String) throws {
        let signer = try LinkSigner(keys: [.first])
        let link = try signer.link(to: target, expires: HTTPDate(secondsSince1970: 9))
        #expect(link.hasPrefix(beginning))
        try signer.verify(.get(link), at: HTTPDate(secondsSince1970: 8))
        #expect(throws: SigningError.self) {
            try signer.link(to: "/a#\u{301}", expires: HTTPDate(secondsSince1970: 9))
        }
    }

    @Test(
        "A target that can't be signed is refused with the reason",
        arguments: [
            ("export", "not a path"), ("", "not a path"), ("https://example.org/a", "not a path"),
            ("/a/../b", "not a path"),
            ("/%zz", "not a path"), ("/a%00", "not a path"), ("/%ff", "not a path"), ("/a?b=%f", "query"),
            ("/a?b=%ff", "query"),
            ("/a#b", "fragment"), ("/a?link-key=x", "link-key"), ("/a?link-signature", "link-signature"),
        ]
    )
    func refusesTarget(target: String, reason: String) throws {
        let signer = try LinkSigner(keys: [.first])
        let error = #expect(throws: SigningError.self) {
            try signer.link(to: target, expires: HTTPDate(secondsSince1970: 9))
        }
        #expect(error?.description.contains(reason) == true)
    }

    @Test("A name of which nothing is seen and a lifetime of nothing are refused")
    func refusesNothing() throws {
        let signer = try LinkSigner(keys: [.first])
        for name in ["", " ", "..", "\u{202e}", "\u{3164}.", "a/", "\u{e0041}\u{206a}"] {
            #expect(throws: SigningError.self) { try signer.link(to: "/a", name: name, validFor: .seconds(1)) }
        }
        #expect(throws: Never.self) { try signer.link(to: "/a", validFor: .seconds(1)) }
        for lifetime in [Duration.zero, .seconds(-1), .milliseconds(999), .seconds(Int64.max)] {
            #expect(throws: SigningError.self) { try signer.link(to: "/a", validFor: lifetime) }
        }
    }
}
