import Testing

@testable import DownloadSpool

@Suite struct SpoolNameTests {
    private static let key = SpoolKey(of: ["report", "7"])
    private static let content = StoredContent(
        id: GenerationID(),
        created: 1_700_000_000,
        digest: (0..<32).map { UInt8($0) },
        size: 12_345
    )

    @Test("A name says all that is known of its content")
    func roundTrip() {
        for name in [
            SpoolName.partial(Self.key, GenerationID()), .whole(Self.key, Self.content),
            .record(Self.key, GenerationID()),
        ] {
            #expect(SpoolName(name.text) == name)
            #expect(name.text.utf8.count < 255)
        }
    }

    @Test(
        "What the spool has not made is not its own",
        arguments: [
            "", ".", "..", ".lock", "part", ".part", "a-b.part", "x.part", "-", "----",
            String(repeating: "a", count: 64), String(repeating: "a", count: 64) + ".part",
            String(repeating: "a", count: 64) + "-" + String(repeating: "b", count: 32),
            String(repeating: "a", count: 64) + "-" + String(repeating: "b", count: 31) + ".part",
            String(repeating: "A", count: 64) + "-" + String(repeating: "b", count: 32) + ".part",
            String(repeating: "a", count: 64) + "-" + String(repeating: "b", count: 32) + "-1-"
                + String(repeating: "c", count: 64) + "-01",
            String(repeating: "a", count: 64) + "-" + String(repeating: "b", count: 32) + "-+1-"
                + String(repeating: "c", count: 64) + "-1",
            String(repeating: "a", count: 64) + "-" + String(repeating: "b", count: 32) + "-1-"
                + String(repeating: "c", count: 64) + "--1",
            String(repeating: "a", count: 64) + "-" + String(repeating: "b", count: 32) + "-1-"
                + String(repeating: "c", count: 64) + "-1.part",
        ]
    )
    func refusesOthers(name: String) {
        #expect(SpoolName(name) == nil)
    }

    @Test("Keys of different parts differ, whatever is in them")
    func keys() {
        let parts = [
            ["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["a", "b", "c"], ["../../etc/passwd"], [],
        ]
        let keys = Set(parts.map { SpoolKey(of: $0) })
        #expect(keys.count == parts.count)
        for key in keys { #expect(key.digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }) }
        // Two texts that Unicode holds equal.
        #expect(SpoolKey(of: ["\u{212A}"]) != SpoolKey(of: ["K"]))
        #expect(SpoolKey(of: ["\u{E9}"]) != SpoolKey(of: ["e\u{301}"]))
    }
}
