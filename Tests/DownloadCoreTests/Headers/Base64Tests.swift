import DownloadCore
import Testing

@Suite struct Base64Tests {
    /// RFC 4648 §10.
    @Test(
        "Bytes become the text of the RFC, and that the bytes",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func goesBothWays(text: String, encoded: String) {
        #expect(Base64.encoded(Array(text.utf8)) == encoded)
        #expect(Base64.decoded(encoded.utf8) == Array(text.utf8))
        #expect(Base64.decoded(encoded.utf8.filter { $0 != UInt8(ascii: "=") }) == Array(text.utf8))
    }

    @Test("Every byte in every place goes there and back")
    func roundTrips() {
        let bytes = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 3) }
        for count in 0..<40 {
            #expect(Base64.decoded(Base64.encoded(Array(bytes[count...])).utf8) == Array(bytes[count...]))
        }
    }

    @Test(
        "What is not base64 is refused",
        arguments: ["A", "AA=", "AAA==", "AA==A", "AA===", "=", "A-A_", "AA AA", "AAAA=", "AAAA==", "Zg==Zg=="]
    )
    func refuses(text: String) {
        #expect(Base64.decoded(text.utf8) == nil)
    }
}
