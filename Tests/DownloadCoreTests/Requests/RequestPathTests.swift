import Testing

@testable import DownloadCore

@Suite struct RequestPathTests {
    static let paths: [(target: String, text: String?)] = [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a?b/c", "/a"), ("/a?b#c", "/a"), ("/é", "/é"), ("/%C3%A9", "/é"),
        ("/%C3%a9", "/é"), ("/%61", "/a"), ("/%2541", "/%41"), ("/a+b", "/a+b"), ("/a%20b", "/a b"),
        ("/a;b=c", "/a;b=c"),
        ("/a%5Cb", "/a\\b"), ("/a\\b", "/a\\b"), ("/a%23b", "/a#b"), ("/a%3Fb", "/a?b"), ("/...", "/..."),
        ("/.a", "/.a"),
        // Two slashes are another path than one, and an encoded one separates nothing.
        ("//a///b", "//a///b"), ("//", "//"), ("/a//", "/a//"), ("/%61%2fb", "/a%2Fb"), ("/%2F", "/%2F"),
        ("/a%2F%2Fb", "/a%2F%2Fb"), ("/%2Fa/", "/%2Fa/"),
        // What is not a path on a server.
        ("", nil), ("a", nil), ("?", nil), ("*", nil), ("http://host/a", nil), ("/%", nil), ("/%4", nil), ("/%zz", nil),
        ("/%4z", nil), ("/a#b", nil), ("/#", nil),
        ("/.", nil), ("/..", nil), ("/a/../b", nil), ("/%2e%2E/b", nil), ("/a/%2e", nil), ("/a%2F..%2Fb", nil),
        ("/a%2f.", nil), ("/%00", nil), ("/%0a", nil), ("/a\u{0}", nil), ("/a\u{7f}", nil), ("/%7F", nil),
        ("/%C2%80", nil), ("/%FF", nil), ("/%C0%AF", nil), ("/%C0%2F", nil), ("/%ED%A0%80", nil), ("/%1F", nil),
        ("/%C2%9F", nil), ("/%C3/%A9", nil), ("/%C2%A0", "/\u{a0}"),
    ]

    @Test("A path is split, then decoded once, or refused", arguments: paths)
    func reads(row: (target: String, text: String?)) {
        #expect(RequestPath(target: row.target)?.text == row.text)
    }

    @Test(
        "A slash that is encoded is part of its segment",
        arguments: [
            ("/a%2Fb", ["a/b"]), ("/a/b", ["a", "b"]), ("/%2F/", ["/"]), ("//%2f", ["", "/"]), ("/a%252Fb", ["a%2Fb"]),
        ] as [(String, [WireText])]
    )
    func segments(target: String, segments: [WireText]) throws {
        let path = try #require(RequestPath(target: target))
        #expect(path.segments == segments)
        #expect(path.hasEncodedSlash == segments.contains { $0.text.contains("/") })
    }

    @Test("No two paths are signed as the same text")
    func signedText() throws {
        let targets = ["/a/b", "/a%2Fb", "/a%252Fb", "//a/b", "/a//b", "/a/b/", "/%2Fa/b", "/a%2Fb/"]
        #expect(Set(targets.compactMap { RequestPath(target: $0)?.signedText.wire }).count == targets.count)
        #expect(RequestPath(target: "/%61/100%25/")?.signedText == "/a/100%/")
    }

    @Test(
        "A path is normalised if nothing in it is encoded in an unusual way",
        arguments: [
            ("/a", true), ("/%C3%A9", true), ("/a%20b", true), ("/a%2Cb", true), ("/%2F", true), ("/%c3%a9", false),
            ("/%4Ba", false), ("/a%2Eb", false), ("/%7Ea", false), ("/a%2fb", false),
        ]
    )
    func isNormalized(target: String, isNormalized: Bool) {
        #expect(RequestPath(target: target)?.isNormalized == isNormalized)
    }
}
