import TestSupport
import Testing

@testable import DownloadArchives

@Suite struct EntryPathTests {
    @Test(
        "A path is made safe for every system that unpacks it",
        arguments: [
            ("readme.txt", "readme.txt"), ("a/b/c.txt", "a/b/c.txt"), ("/etc/passwd", "etc/passwd"),
            ("//server/share/x", "server/share/x"), ("../../x", "x"), ("a/../b", "a/b"), ("./a/./b", "a/b"),
            ("a//b", "a/b"), ("..", "unnamed"), ("", "unnamed"), ("/", "unnamed"), ("...", "_"), ("a/... /b", "a/_/b"),
            (#"..\..\evil.exe"#, ".._.._evil.exe"), (#"a\b"#, "a_b"), ("C:/x", "x"), ("c:", "unnamed"),
            ("C:x", "C_x"), ("a/C:/b", "a/C_/b"), (#"C:\x"#, "C__x"), (#"<>:"|?*"#, "_______"),
            ("a\u{0}b\nc\u{7f}.txt", "abc.txt"), ("a\u{202e}txt.exe", "atxt.exe"), ("a\u{2028}b", "ab"),
            ("\u{feff}a", "a"), ("\n", "_"), ("name.", "name"), ("name. . ", "name"), (" name", " name"),
            (".htaccess", ".htaccess"), ("a.b.", "a.b"), ("CON", "_CON"), ("con.txt", "_con.txt"),
            ("NUL .a", "_NUL .a"),
            ("com1", "_com1"), ("COM¹.x", "_COM¹.x"), ("COM10", "COM10"), ("console", "console"), ("aux/x", "_aux/x"),
            ("日本/表.csv", "日本/表.csv"), ("مرحبا.txt", "مرحبا.txt"), ("👩‍👩‍👧.png", "👩‍👩‍👧.png"),
            ("e\u{301}.txt", "\u{e9}.txt"), ("\u{212a}.txt", "K.txt"), ("~a", "~a"), ("$x", "$x"), ("a b", "a b"),
        ]
    )
    func makesSafe(path: String, expected: String) throws {
        let made = try EntryPath(path, isFolder: false)
        #expect(made.bytes == Array(expected.utf8), "\(String(decoding: made.bytes, as: UTF8.self).debugDescription)")
        let folder = try EntryPath(path, isFolder: true)
        #expect(folder.bytes == Array((expected + "/").utf8))
    }

    @Test("A name of more than 255 bytes is cut before its ending, between characters")
    func cutsLongNames() throws {
        let name = String(repeating: "日", count: 100) + ".txt"
        let made = String(decoding: try EntryPath(name, isFolder: false).bytes, as: UTF8.self)
        #expect(made == String(repeating: "日", count: 83) + ".txt")
        let marks = "a" + String(repeating: "\u{301}\u{302}", count: 400)
        #expect(try EntryPath(marks, isFolder: false).bytes.count <= 255)
    }

    @Test("A path of more than 65,535 bytes is an error that says so")
    func refusesLongPaths() throws {
        let longest = Array(repeating: String(repeating: "a", count: 255), count: 256).joined(separator: "/")
        #expect(try EntryPath(longest, isFolder: false).bytes.count == 65_535)
        #expect(throws: ZipError.self) { try EntryPath(longest, isFolder: true) }
    }

    @Test("Whatever the path, its segments are safe, and made safe again it stays as it is")
    func keepsRandomPathsSafe() throws {
        var random = SeededGenerator(seed: 17)
        for _ in 0..<5000 {
            let path = (0..<random.below(4)).map { _ in random.hostileName() }.joined(separator: "/")
            let bytes = try EntryPath(path, isFolder: false).bytes
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(Array(text.utf8) == bytes)
            for segment in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
                let isSafe =
                    !segment.isEmpty && segment.count <= 255 && ![[0x2e], [0x2e, 0x2e]].contains(Array(segment))
                    && segment.last != 0x20 && segment.last != 0x2e && segment.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
                    && !segment.contains { #"\<>:"|?*"#.utf8.contains($0) }
                guard isSafe else {
                    Issue.record("\(path.debugDescription) becomes \(text.debugDescription)")
                    continue
                }
            }
            #expect(try EntryPath(text, isFolder: false).bytes == bytes, "\(path.debugDescription)")
        }
    }
}
