import Testing

@testable import DownloadCore

@Suite struct SHA256Tests {
    static let vectors: [(name: String, message: [UInt8], count: Int, digest: String)] = [
        ("empty", [], 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("8 bits", [0xD3], 1, "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"),
        ("16 bits", [0x11, 0xAF], 1, "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"),
        ("24 bits", Array("abc".utf8), 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "448 bits", Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8), 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "896 bits",
            Array(
                ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")
                    .utf8
            ), 1,
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        (
            "a million letters a", [UInt8](repeating: 0x61, count: 1000), 1000,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("The vectors of NIST (FIPS 180-2 appendix B, CAVP) give their digests", arguments: vectors)
    func hashes(vector: (name: String, message: [UInt8], count: Int, digest: String)) {
        var hash = SHA256()
        for _ in 0..<vector.count { hash.update(vector.message) }
        let digits = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(digits == vector.digest, "\(vector.name)")
    }

    @Test(
        "The digest is the same however the message is cut",
        arguments: [0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 300]
    )
    func hashesPieces(count: Int) {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var whole = SHA256()
        whole.update(message)
        let digest = whole.finalize()
        for size in [1, 3, 63, 64, 65, 100] {
            var hash = SHA256()
            for start in stride(from: 0, to: count, by: size) {
                hash.update(Array(message[start..<min(start + size, count)]))
            }
            #expect(hash.finalize() == digest)
        }
    }
}
