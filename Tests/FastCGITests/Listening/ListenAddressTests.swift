import Testing

@testable import FastCGI

@Suite struct ListenAddressTests {
    @Test(
        "Addresses are parsed and printed",
        arguments: [
            ("unix:/run/a.sock", ListenAddress.unix(path: "/run/a.sock")),
            ("unix:a b", .unix(path: "a b")),
            ("127.0.0.1:9000", .tcp(host: "127.0.0.1", port: 9000)),
            ("localhost:0", .tcp(host: "localhost", port: 0)),
            ("[::1]:9000", .tcp(host: "::1", port: 9000)),
        ]
    )
    func parses(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(parsing: text) == address)
        #expect("\(address)" == text)
    }

    @Test(
        "What is not an address is refused",
        arguments: ["", "unix:", "/run/a.sock", "9000", ":9000", "host:", "host:70000", "host:x"]
    )
    func refuses(text: String) {
        #expect(throws: ListenError.self) { try ListenAddress(parsing: text) }
    }
}
