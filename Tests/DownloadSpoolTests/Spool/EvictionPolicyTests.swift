import Testing

@testable import DownloadSpool

@Suite struct EvictionPolicyTests {
    private typealias Candidate = EvictionPolicy.Candidate

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var limits = SpoolLimits(bytes: 100, files: 10, age: .seconds(1000))
        var room: Int64 = 0
        var files: [EvictionPolicy.Candidate]
        var victims: [String]
    }

    private static func file(
        _ name: String,
        _ size: Int64,
        used: Int64,
        created: Int64? = 9_900,
        isInUse: Bool = false
    ) -> Candidate {
        Candidate(name: name, size: size, lastUse: used, created: created, isInUse: isInUse)
    }

    static let cases: [Case] = [
        Case(testDescription: "nothing", files: [], victims: []),
        Case(testDescription: "just full", files: [file("a", 50, used: 1), file("b", 50, used: 2)], victims: []),
        Case(
            testDescription: "least recently used first",
            files: [file("a", 50, used: 3), file("b", 50, used: 1), file("c", 50, used: 2)],
            victims: ["b"]
        ),
        Case(
            testDescription: "as many as it takes",
            files: [file("a", 10, used: 1), file("b", 10, used: 2), file("c", 95, used: 3)],
            victims: ["a", "b"]
        ),
        Case(
            testDescription: "never one in use",
            files: [file("a", 80, used: 1, isInUse: true), file("b", 80, used: 2)],
            victims: ["b"]
        ),
        Case(
            testDescription: "never one that is being generated",
            files: [file("a", 200, used: 1, created: nil), file("b", 1, used: 2)],
            victims: ["b"]
        ),
        Case(
            testDescription: "never one that was used a moment ago",
            files: [file("a", 80, used: 9_999), file("b", 80, used: 10_000)],
            victims: []
        ),
        Case(
            testDescription: "never one that was handed over within a minute",
            files: [file("a", 80, used: 10_060), file("b", 80, used: 10_001), file("c", 80, used: 10_061)],
            victims: ["c"]
        ),
        Case(
            testDescription: "a time in the future keeps nothing",
            files: [file("a", 80, used: 20_000), file("b", 80, used: 30_000)],
            victims: ["a"]
        ),
        Case(
            testDescription: "too old, though there is room",
            files: [file("a", 1, used: 9_000, created: 9_000), file("b", 1, used: 1, created: 9_001)],
            victims: ["a"]
        ),
        Case(
            testDescription: "too many files",
            limits: SpoolLimits(bytes: 100, files: 1, age: .seconds(1000)),
            files: [file("a", 1, used: 5), file("b", 1, used: 4), file("c", 1, used: 6)],
            victims: ["b", "a"]
        ),
        Case(
            testDescription: "room is wanted besides",
            room: 60,
            files: [file("a", 30, used: 1), file("b", 30, used: 2)],
            victims: ["a"]
        ),
        Case(
            testDescription: "more room is wanted than there can be",
            room: 1000,
            files: [file("a", 30, used: 1), file("b", 30, used: 2)],
            victims: ["a", "b"]
        ),
        Case(
            testDescription: "of equal age by name, so that every process chooses alike",
            files: [file("b", 60, used: 1), file("a", 60, used: 1)],
            victims: ["a"]
        ),
    ]

    @Test("Which files have to go", arguments: cases)
    func victims(of example: Case) {
        let policy = EvictionPolicy(limits: example.limits)
        let victims = policy.victims(among: example.files, now: 10_000, room: example.room)
        #expect(victims.map(\.name) == example.victims)
    }
}
