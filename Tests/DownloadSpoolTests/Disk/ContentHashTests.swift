import CSHA256
import Randomness
import TestSupport
import Testing

@testable import DownloadCore
@testable import DownloadSpool

/// The SHA-256 in C against what NIST publishes, and against the core's in Swift.
@Suite(.computing) struct ContentHashTests {
    private func digest(_ pieces: [UInt8]...) -> String {
        var hash = ContentHash()
        for piece in pieces { hash.update(unsafe piece.span.bytes) }
        return Hexadecimal.digits(of: hash.finish())
    }

    /// FIPS 180-4's examples, and NIST's additional vectors, which lie around the ends of blocks.
    @Test(
        "NIST's vectors",
        arguments: [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                Array(
                    ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")
                        .utf8
                ),
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
            ([0xBD], "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"),
            ([0xC9, 0x8C, 0x8E, 0x55], "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"),
            (zeros(55), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"),
            (zeros(56), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"),
            (zeros(57), "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"),
            (zeros(64), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"),
            (zeros(1000), "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"),
            ([UInt8](repeating: 0x41, count: 1000), "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"),
            ([UInt8](repeating: 0x55, count: 1005), "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"),
            (zeros(1_000_000), "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025"),
            (
                [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ] as [([UInt8], String)]
    )
    func vectors(message: [UInt8], expected: String) {
        #expect(digest(message) == expected)
        let middle = message.count / 3
        #expect(digest(Array(message[..<middle]), [], Array(message[middle...])) == expected)
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    @Test("Messages of every length, in pieces of any, have the digest that the core computes")
    func agreesWithCore() {
        var random = SeededGenerator(seed: 18)
        // Every length up to some blocks, then any.
        for length in Array(0..<300) + rounds(100).map({ _ in random.below(5000) }) {
            let message = random.bytes(length)
            var reference = SHA256()
            reference.update(message)
            var hash = ContentHash()
            var rest = message[...]
            while !rest.isEmpty {
                let piece = rest.prefix(random.below(random.pick([2, 65, 130, 5000])))
                hash.update(unsafe piece.span.bytes)
                rest = rest.dropFirst(piece.count)
            }
            #expect(hash.finish() == reference.finalize(), "length \(message.count)")
        }
    }

    @Test("The processor's instructions and plain C do the same to a block")
    func portable() {
        var random = SeededGenerator(seed: 180)
        for blocks in 0..<50 {
            let message = random.bytes(64 * blocks)
            var hash = downloadview_sha256()
            unsafe downloadview_sha256_begin(&hash)
            var state = [
                hash.state.0, hash.state.1, hash.state.2, hash.state.3, hash.state.4, hash.state.5, hash.state.6,
                hash.state.7,
            ]
            unsafe downloadview_sha256_portable(&state, message, blocks)
            unsafe downloadview_sha256_update(&hash, message, message.count)
            let other = [
                hash.state.0, hash.state.1, hash.state.2, hash.state.3, hash.state.4, hash.state.5, hash.state.6,
                hash.state.7,
            ]
            #expect(state == other, "\(blocks) blocks, accelerated: \(downloadview_sha256_is_accelerated())")
        }
    }
}
