import Testing

@testable import DownloadCore

@Suite struct RequestPathTests {
    static let paths: [(target: String, text: String?)] = [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("//a///b", "/a/b"), ("/a?b/c", "/a"), ("/a#b", "/a"),
        ("/%61%2fb", "/a/b"),
        ("/%2F", "/"), ("/é", "/é"), ("/%C3%A9", "/é"), ("/%C3%a9", "/é"), ("/%2541", "/%41"), ("/a+b", "/a+b"),
        ("/a%20b", "/a b"),
        ("/...", "/..."), ("/.a", "/.a"),
        // What a path can't honestly be.
        ("", nil), ("a", nil), ("?", nil), ("*", nil), ("http://host/a", nil), ("/%", nil), ("/%4", nil), ("/%zz", nil),
        ("/%4z", nil),
        ("/.", nil), ("/..", nil), ("/a/../b", nil), ("/%2e%2E/b", nil), ("/a/%2e", nil), ("/%00", nil), ("/%0a", nil),
        ("/a\u{0}", nil), ("/a\u{7f}", nil), ("/%7F", nil), ("/%C2%80", nil), ("/%FF", nil), ("/%C0%AF", nil),
        ("/%ED%A0%80", nil), ("/%1F", nil), ("/%C2%9F", nil), ("/%C2%A0", "/\u{a0}"),
    ]

    @Test("A path is decoded once, or refused", arguments: paths)
    func reads(row: (target: String, text: String?)) {
        #expect(RequestPath(target: row.target)?.text == row.text)
    }
}
