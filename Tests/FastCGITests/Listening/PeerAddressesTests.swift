import Testing

@testable import FastCGI

@Suite struct PeerAddressesTests {
    @Test(
        "Peers are compared by address, not by spelling",
        arguments: [
            ("127.0.0.1,::1", "127.0.0.1", true), ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true), ("0:0:0:0:0:0:0:1", "::1", true), ("10.9.9.9", "::1", false),
            ("10.9.9.9", "127.0.0.1", false), ("10.9.9.9, 10.9.9.8", "10.9.9.8", true),
            ("fe80::0:1%eth0", "fe80::1%eth0", true), ("fe80::1%eth0", "fe80::1%eth1", false),
        ]
    )
    func comparesPeers(list: String, address: String, isAllowed: Bool) throws {
        #expect(try PeerAddresses(parsing: list).contains(address) == isAllowed)
    }

    @Test(
        "A list that names no address is refused, and not taken for one that admits nobody",
        arguments: [
            ("nonsense", "nonsense"), ("127.0.0.1,localhost", "localhost"), ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1;10.0.0.2", "10.0.0.1;10.0.0.2"), ("10.0.0", "10.0.0"), ("[::1]", "[::1]"),
            ("10.0.0.1,\u{301}", "\u{301}"), ("10.0.0.1\u{37E}", "10.0.0.1\u{37E}"),
        ]
    )
    func refuses(list: String, entry: String) {
        let error = #expect(throws: ListenError.self) { try PeerAddresses(parsing: list) }
        #expect(error?.description.contains("“\(entry)”") == true)
    }

    @Test("So is one of separators alone", arguments: [",", " ", ", ,"])
    func refusesSeparators(list: String) {
        #expect(throws: ListenError.self) { _ = try PeerAddresses(parsing: list) }
    }
}
