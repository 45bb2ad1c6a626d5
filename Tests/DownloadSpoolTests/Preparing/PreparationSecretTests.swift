import TestSupport
import Testing

@testable import DownloadSpool

@Suite struct PreparationSecretTests {
    @Test(
        "The code is HMAC-SHA-256 (RFC 4231 §4.2, §4.3, §4.7)",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ] as [([UInt8], String, String)]
    )
    func vectors(key: [UInt8], message: String, code: String) {
        #expect(Hexadecimal.digits(of: PreparationSecret(key).code(of: Array(message.utf8))) == code)
    }

    @Test("A token depends on the secret and on every part")
    func tokens() {
        let one = PreparationSecret([UInt8](repeating: 1, count: 32))
        let other = PreparationSecret([UInt8](repeating: 2, count: 32))
        let tokens = [
            one.token(of: ["k", "kim", "/a"]), one.token(of: ["k", "ki", "m/a"]), one.token(of: ["k", "", "/a"]),
            one.token(of: ["l", "kim", "/a"]), other.token(of: ["k", "kim", "/a"]),
        ]
        #expect(Set(tokens).count == tokens.count)
        for token in tokens { #expect(token.utf8.count == 32) }
        #expect(PreparationSecret.areEqual(tokens[0], one.token(of: ["k", "kim", "/a"])))
        #expect(!PreparationSecret.areEqual(tokens[0], tokens[1]))
        #expect(!PreparationSecret.areEqual(tokens[0], ""))
    }

    @Test("All openings of a folder have one secret, which lies in it and outlives them")
    func isShared() async throws {
        let folder = try TemporaryFolder()
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let spool = try Spool(folder.file("spool"))
                    return await spool.preparationSecret().token(of: ["a"])
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(tokens.count == 1)
        #expect(folder.files == ["spool/.secret"])
    }
}
