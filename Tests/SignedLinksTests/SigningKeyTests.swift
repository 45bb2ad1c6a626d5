import DownloadCore
import DownloadTesting
import SignedLinks
import Testing

@Suite struct SigningKeyTests {
    @Test("A secret needs 16 bytes, and the error says so without showing it", arguments: [0, 1, 15, 16, 17, 64, 1000])
    func needsLength(count: Int) throws {
        let bytes = [UInt8](repeating: 0x61, count: count)
        let text = String(repeating: "a", count: count)
        let hex = String(repeating: "61", count: count)
        let makers: [() throws -> SigningKey] = [
            { try SigningKey(id: "k", bytes: bytes) },
            { try SigningKey(id: "k", text: text) },
            { try SigningKey(id: "k", hex: hex) },
        ]
        for make in makers {
            guard count < SigningKey.minimumByteCount else {
                #expect(try make().id == "k")
                continue
            }
            let error = #expect(throws: SigningError.self) { try make() }
            #expect(error?.description.contains("needs at least 16 bytes and has \(count)") == true)
            #expect(error?.description.contains("aa") == false)
        }
    }

    @Test("Bytes, text and hexadecimal digits give the same key")
    func sameKey() throws {
        let text = "0123456789abcdef"
        let keys = [
            try SigningKey(id: "k", text: text), try SigningKey(id: "k", bytes: Array(text.utf8)),
            try SigningKey(id: "k", hex: "30313233343536373839616263646566"),
            try SigningKey(id: "k", hex: "30313233343536373839616263646566".uppercased()),
        ]
        let links = try keys.map { try LinkSigner(keys: [$0]).link(to: "/", expires: HTTPDate(secondsSince1970: 1)) }
        #expect(Set(links).count == 1)
    }

    @Test(
        "An id is short, and stands in a URL as it is",
        arguments: [
            ("2026-11", true), ("a.b_c~D", true), (String(repeating: "i", count: 64), true), ("", false),
            ("a b", false),
            ("a:b", false), ("a,b", false), ("ü", false), ("a&b", false), (String(repeating: "i", count: 65), false),
        ]
    )
    func checksID(id: String, isGood: Bool) {
        let key = try? SigningKey(id: id, text: "0123456789abcdef")
        #expect((key != nil) == isGood)
    }

    @Test("A key shows its id alone")
    func hidesSecret() throws {
        let key = try SigningKey(id: "k", text: "squeamish ossifrage")
        #expect("\(key)" == "SigningKey(k)")
        #expect(String(reflecting: key) == "SigningKey(k)")
        #expect(!"\(try LinkSigner(keys: [key]))".contains("ossifrage"))
    }

    @Test("A signer needs a key, and ids that differ")
    func checksKeys() throws {
        #expect(throws: SigningError.self) { try LinkSigner(keys: []) }
        let error = #expect(throws: SigningError.self) { try LinkSigner(keys: [.first, .second, .first]) }
        #expect(error?.description.contains("“first”") == true)
    }

    static let secret = "000102030405060708090a0b0c0d0e0f"

    @Test(
        "Keys are read from a text, the first to sign",
        arguments: [
            "new:\(secret),old:ff\(secret)", " new : \(secret) ,\n\told:ff\(secret)\n",
        ]
    )
    func parsesKeys(text: String) throws {
        let moment = HTTPDate(secondsSince1970: 1)
        let link = try LinkSigner(parsing: text).link(to: "/", expires: moment)
        let key = try SigningKey(id: "new", bytes: Array(0..<16))
        #expect(try LinkSigner(keys: [key]).link(to: "/", expires: moment) == link)
        let old = try LinkSigner(keys: [SigningKey(id: "old", hex: "ff" + Self.secret)])
        try LinkSigner(parsing: text)
            .verify(
                .get(try old.link(to: "/", expires: moment)),
                at: HTTPDate(secondsSince1970: 0)
            )
    }

    @Test(
        "A text of another form is refused, and what is wrong is said without the secret",
        arguments: [
            ("", "key 1"), (secret, "key 1"), ("a:\(secret),", "key 2"), ("a:\(secret):b", "key 1"),
            ("a:\(secret),b\(secret)", "key 2"), ("a:0\(secret)", "“a” is not written in hexadecimal"),
            ("a:\(secret)x0", "“a” is not written in hexadecimal"), ("a:0011", "“a” needs at least 16 bytes and has 2"),
            (":\(secret)", "the id"), ("a:\(secret),a:\(secret)", "two keys “a”"),
            ("\(secret):2026-11", "key 1 is not of the form id:hex"), ("a:\(secret),\(secret):11", "key 2"),
            ("\(secret.dropLast()):2026-11", "key 1 is not of the form id:hex"),
        ]
    )
    func refusesText(text: String, reason: String) {
        let error = #expect(throws: SigningError.self) { try LinkSigner(parsing: text) }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.description.contains("0405") == false)
    }

    // With keys that are good it is the command line's tests that set it: in this process, others may be reading the
    // environment.
    @Test("Keys come from a variable of the environment, which may be absent but not wrong")
    func readsEnvironment() throws {
        #expect(try LinkSigner.fromEnvironment("DOWNLOADS_NOWHERE_SET") == nil)
        let error = #expect(throws: SigningError.self) { try LinkSigner.fromEnvironment("PATH") }
        #expect(error?.description.hasPrefix("PATH: key 1 is not of the form id:hex") == true)
    }
}
