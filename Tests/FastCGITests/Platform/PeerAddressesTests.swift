import Testing

@testable import FastCGI

@Suite struct PeerAddressesTests {
    @Test(
        "Peers are compared by address, not by spelling",
        arguments: [
            ("127.0.0.1,::1", "127.0.0.1", true), ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true), ("0:0:0:0:0:0:0:1", "::1", true), ("10.9.9.9", "::1", false),
            ("10.9.9.9", "127.0.0.1", false), ("10.9.9.9, 10.9.9.8", "10.9.9.8", true),
        ]
    )
    func comparesPeers(list: String, address: String, isAllowed: Bool) {
        #expect(PeerAddresses(parsing: list).contains(address) == isAllowed)
    }

    @Test("Names and networks, which match no peer, are found")
    func findsUnusable() {
        let list = "127.0.0.1, localhost,::1 fe80::1%eth0,10.0.0.0/8,::ffff:10.0.0.1"
        #expect(PeerAddresses(parsing: list).unusable == ["localhost", "10.0.0.0/8"])
    }
}
