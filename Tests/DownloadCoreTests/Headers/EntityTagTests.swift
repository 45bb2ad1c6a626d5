import TestSupport
import Testing

@testable import DownloadCore

@Suite struct EntityTagTests {
    @Test(
        "A tag is read and written in its wire form",
        arguments: [
            #""abc""#, #"W/"abc""#, #""""#, #"W/"""#, #""a,b""#, #""!#~""#, #""a\b""#, #""é""#, #""a/b;c=d""#,
            #""W/abc""#,
        ]
    )
    func roundTrips(text: String) {
        #expect(EntityTag(parsing: text)?.description == text)
    }

    @Test(
        "What is not a tag is nil",
        arguments: [
            "", "abc", #"""#, #""abc"#, #"abc""#, #"w/"abc""#, #"W/abc"#, #"W"abc""#, #""a b""#, #""a"b""#, #" "abc""#,
            #""abc" "#, "\"a\tb\"", "\"a\r\nb\"", "\"a\u{7f}\"", "\"a\u{0}\"", "*", #"W/ "abc""#, #""a","b""#,
        ]
    )
    func refusesWhatIsNoTag(text: String) {
        #expect(EntityTag(parsing: text) == nil)
    }

    static let values: [(value: String, description: String)] = [
        ("abc", #""abc""#), ("", #""""#), ("50%", #""50%""#), ("a\"b", #""a%22b""#), ("a\r\nX: y", #""a%0D%0AX:%20y""#),
        ("é", #""%C3%A9""#), ("5% \u{0}\u{7f}", #""5%25%20%00%7F""#), ("a\\b", #""a\b""#),
        ("a%20b", #""a%2520b""#), ("%zz%4", #""%zz%4""#), ("%%c3%A", #""%25%25c3%25A""#), ("%4é", #""%254%C3%A9""#),
        ("é%4", #""%C3%A9%254""#), ("%zf", #""%zf""#), ("%fz", #""%fz""#),
    ]

    @Test("Two values are two tags, however they are encoded")
    func keepsValuesApart() {
        var random = SeededGenerator(seed: 20_261_121)
        let pieces = ["%", "%", "2", "5", "0", "a", "F", " ", "\"", "é", "%20", "%25"]
        var values: [String: String] = [:]
        for _ in rounds(4000) {
            let value = (0..<(1 + random.below(5))).map { _ in random.pick(pieces) }.joined()
            let tag = EntityTag(value).value
            #expect(values.updateValue(value, forKey: tag).map { $0 == value } ?? true)
        }
        #expect(!EntityTag("a b").isWeaklyEqual(to: EntityTag("a%20b")))
    }

    @Test("No value breaks out of its tag", arguments: values)
    func encodesValue(row: (value: String, description: String)) {
        #expect(EntityTag(row.value).description == row.description)
        #expect(EntityTag(row.value, isWeak: true).description == "W/" + row.description)
        #expect(EntityTag(parsing: row.description) == EntityTag(row.value))
    }

    static let comparisons: [(a: EntityTag, b: EntityTag, strong: Bool, weak: Bool)] = [
        (EntityTag("1", isWeak: true), EntityTag("1", isWeak: true), false, true),
        (EntityTag("1", isWeak: true), EntityTag("2", isWeak: true), false, false),
        (EntityTag("1", isWeak: true), EntityTag("1"), false, true),
        (EntityTag("1"), EntityTag("1", isWeak: true), false, true),
        (EntityTag("1"), EntityTag("1"), true, true),
        (EntityTag("a"), EntityTag("A"), false, false),
    ]

    @Test("Tags compare as the table of RFC 9110 §8.8.3.2 has it", arguments: comparisons)
    func compares(row: (a: EntityTag, b: EntityTag, strong: Bool, weak: Bool)) {
        #expect(row.a.isStronglyEqual(to: row.b) == row.strong)
        #expect(row.a.isWeaklyEqual(to: row.b) == row.weak)
        // As values, tags are the same if they are written the same.
        #expect((row.a == row.b) == (row.a.description == row.b.description))
    }

    @Test(
        "A tag knows itself in a field, and nothing else for itself",
        arguments: [
            ("\"a\"", true), ("W/\"a\"", false), ("a", false), ("\"b\"", false), ("\"a\" ", false), ("\"a", false),
            ("\"aa\"", false), ("\"\"", false), ("\"", false), ("", false), ("*", false), ("\"a\", \"b\"", false),
        ]
    )
    func isWritten(text: String, isIt: Bool) {
        #expect(EntityTag("a").isWritten(as: text) == isIt)
        #expect(EntityTag("a", isWeak: true).isWritten(as: text) == (text == "W/\"a\""))
        #expect(EntityTag("").isWritten(as: text) == (text == "\"\""))
        #expect(!EntityTag("", isWeak: true).isWritten(as: text))
    }

    @Test("Tags compare by octets, not by what Unicode holds equivalent")
    func comparesOctets() throws {
        let composed = try #require(EntityTag(parsing: "\"\u{e9}\""))
        let decomposed = try #require(EntityTag(parsing: "\"e\u{301}\""))
        #expect(composed != decomposed)
        #expect(!composed.isWeaklyEqual(to: decomposed))
        #expect(Set([composed, decomposed, composed]).count == 2)
    }

    static let lists: [(text: String, expected: [String]?)] = [
        (#""abc""#, [#""abc""#]),
        (#""x", "abc""#, [#""x""#, #""abc""#]),
        (#""x","abc""#, [#""x""#, #""abc""#]),
        (#"W/"x" ,"# + "\t" + #"W/"y""#, [#"W/"x""#, #"W/"y""#]),
        (#""a,b", "c""#, [#""a,b""#, #""c""#]),
        (#",, "a",, "b", ,"#, [#""a""#, #""b""#]),
        (#"  "a"  "#, [#""a""#]),
        (#""a" "b""#, nil), (#""a";"b""#, nil), (#""a", *"#, nil), (#"*, "a""#, nil), ("**", nil), ("abc", nil),
        (#""a", b"#, nil),
        ("", nil), (",", nil), (" , ,", nil), (#""a"#, nil), (#""a", W/"#, nil), (#""a" x"#, nil),
    ]

    @Test("A list of tags is read, and nothing but a list", arguments: lists)
    func readsList(row: (text: String, expected: [String]?)) {
        var tags: [String]?
        if case .tags(let list)? = EntityTagCondition(row.text) { tags = list.map(\.description) }
        #expect(tags == row.expected)
    }

    @Test("A star stands for any tag", arguments: ["*", " * ", "*\t"])
    func readsStar(text: String) {
        #expect(EntityTagCondition(text) == .any)
    }

    @Test("A tag of parts depends on each part, and on where it ends")
    func derivesFromParts() {
        let tag = EntityTag(of: "ab", "c")
        #expect(!tag.isWeak)
        #expect(tag.value.utf8.count == 32)
        #expect(tag == EntityTag(of: "ab", "c"))
        #expect(EntityTag(of: "orders", 42) == EntityTag(of: "orders", "42"))
        #expect(EntityTag(ofBytes: [Array("ab".utf8), Array("c".utf8)]) == tag)
        let tags: Set = [
            tag, EntityTag(of: "a", "bc"), EntityTag(of: "abc"), EntityTag(of: "c", "ab"), EntityTag(of: "ab", "c", ""),
            EntityTag(of: "", "ab", "c"), EntityTag(of: ""), EntityTag(ofBytes: []), EntityTag(of: 1.5),
            EntityTag(of: true),
        ]
        #expect(tags.count == 10)
    }

    @Test("A tag of a list is that of its parts, and a list has as many as it likes")
    func derivesFromList() {
        let versions = [3, 1, 4]
        #expect(EntityTag(of: ["album"] + versions.map(String.init)) == EntityTag(of: "album", 3, 1, 4))
        #expect(EntityTag(of: versions) == EntityTag(of: 3, 1, 4))
        #expect(EntityTag(of: [] as [Int]) == EntityTag(ofBytes: []))
        #expect(EntityTag(of: ["album, 3"]) != EntityTag(of: ["album", "3"]))
    }

    @Test("A tag of parts is the same in every process")
    func isStable() {
        // printf '\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c' | sha256sum
        #expect(EntityTag(of: "ab", "c").description == "\"601D5476E2CCFE2C87A2BBA7A3226597\"")
    }
}
