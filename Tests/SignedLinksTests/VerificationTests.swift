import DownloadCore
import DownloadSystem
import DownloadTesting
import HTTPTypes
import SignedLinks
import Testing

@Suite struct VerificationTests {
    static let expiry = HTTPDate(secondsSince1970: 1_795_000_000)
    static let before = HTTPDate(secondsSince1970: 1_794_999_999)

    private static func link(by signer: LinkSigner) throws -> String {
        try signer.link(to: "/export/orders.csv?rows=10&rows=20&all", name: "orders-2026.csv", expires: expiry)
    }

    /// What `signer` has against a request; nil for nothing.
    private static func refusal(
        of target: String,
        method: HTTPRequest.Method = .get,
        at moment: HTTPDate = before,
        by signer: LinkSigner
    ) -> LinkError.Code? {
        do throws(LinkError) {
            try signer.verify(.make(method, target), at: moment)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("An error names its code, and what else is known of it")
    func describesError() throws {
        let link = try Self.link(by: LinkSigner(keys: [.second]))
        let error = #expect(throws: LinkError.self) { try LinkSigner(keys: [.first]).verify(.get(link)) }
        #expect(error?.description == "signature-key-unknown: second")
        let missing = #expect(throws: LinkError.self) { try LinkSigner(keys: [.first]).verify(.get("/")) }
        #expect(missing?.description == "signature-missing")
    }

    @Test("The id of a key is compared by its octets")
    func comparesKeyIDs() throws {
        let signer = try LinkSigner(keys: [SigningKey(id: "K", bytes: Array(0..<32))])
        let link = try signer.link(to: "/a", expires: Self.expiry)
        #expect(Self.refusal(of: link, by: signer) == nil)
        let other = link.split(separator: "link-key=K").joined(separator: "link-key=%E2%84%AA")
        #expect(Self.refusal(of: other, by: signer) == .keyUnknown)
    }

    @Test("A path or query that is only canonically equivalent to what was signed is another")
    func comparesOctets() throws {
        let signer = try LinkSigner(keys: [.first])
        let link = try signer.link(to: "/K/Å?K=Å", expires: Self.expiry)
        #expect(Self.refusal(of: link, by: signer) == nil)
        for (from, to) in [
            ("/K/", "/%E2%84%AA/"), ("/%C3%85", "/A%CC%8A"), ("K=", "%E2%84%AA="), ("=%C3%85", "=A%CC%8A"),
        ] {
            let parts = link.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
            #expect(Self.refusal(of: parts.joined(separator: to), by: signer) == .invalid)
        }
    }

    static let tamperings: [(from: String, to: String, code: LinkError.Code)] = [
        ("/export/", "/exports/", .invalid), ("/export/", "/export//", .invalid), ("/export/", "/export%2F", .invalid),
        ("?", "#?", .malformed), ("/export/orders.csv", "/export/orders.csv/", .invalid),
        ("/export/", "/", .invalid), ("rows=10", "rows=11", .invalid), ("rows=10&rows=20", "rows=20&rows=10", .invalid),
        ("rows=10&", "", .invalid), ("rows=10&rows=20", "rows=10%26rows=20", .invalid), ("?", "?more=1&", .invalid),
        ("&all", "&all=1", .invalid), ("all=&", "", .invalid), ("rows=10&rows", "rows=&10rows", .invalid),
        ("link-name=orders-2026.csv", "link-name=orders-2027.csv", .invalid),
        ("link-name=orders-2026.csv&", "", .invalid), ("link-name=", "name=", .invalid),
        ("link-expires=1795000000", "link-expires=1795000001", .invalid),
        ("link-expires=1795000000", "link-expires=9795000000", .invalid),
        ("link-key=first", "link-key=second", .invalid), ("link-key=first", "link-key=third", .keyUnknown),
        ("link-signature=", "signature=", .missing), ("link-signature=", "link-signature=00", .invalid),
        ("link-signature=", "link-signature=0", .malformed), ("link-signature=", "link-signature=zz", .malformed),
        ("link-signature=", "link-signature=&link-signature=", .malformed),
        ("link-expires=1795000000&", "", .malformed), ("link-expires=", "link-expires=%2B", .malformed),
        ("link-expires=", "link-expires=0", .malformed), ("link-expires=", "link-expires=x", .malformed),
        ("link-expires=", "link-expires=99999999999999", .malformed), ("link-key=first&", "", .malformed),
        ("link-key=first", "link-key=first&link-key=first", .malformed),
        ("link-key=first", "link-key=first&link-expires=9795000000", .malformed),
        ("link-key=first", "link-key=first&link-name=x", .malformed),
        ("link-name=orders-2026.csv", "link-name=", .malformed), ("rows=10", "rows=%zz", .malformed),
        ("/export/", "/%ff/", .malformed), ("/export/", "/export/../", .malformed),
    ]

    @Test("No part of a link can be changed", arguments: tamperings.indices)
    func refusesTampering(index: Int) throws {
        let signer = try LinkSigner(keys: [.first, .second])
        let link = try Self.link(by: signer)
        let (from, to, code) = Self.tamperings[index]
        let changed = link.replacing(from, with: to, maxReplacements: 1)
        try #require(changed != link)
        #expect(Self.refusal(of: link, by: signer) == nil)
        #expect(Self.refusal(of: changed, by: signer) == code, "\(changed)")
    }

    @Test("No digit of the signature can be changed or left out")
    func refusesEveryOtherSignature() throws {
        let signer = try LinkSigner(keys: [.first])
        let link = try Self.link(by: signer)
        for place in link.indices.suffix(64) {
            var changed = link
            changed.replaceSubrange(place...place, with: link[place] == "0" ? "1" : "0")
            #expect(Self.refusal(of: changed, by: signer) == .invalid)
        }
        for length in stride(from: 0, to: 64, by: 2) {
            #expect(Self.refusal(of: String(link.dropLast(64 - length)), by: signer) == .invalid)
        }
    }

    @Test("A link for GET is good for HEAD, and for no other method")
    func bindsMethod() throws {
        let signer = try LinkSigner(keys: [.first])
        let read = try Self.link(by: signer)
        #expect(Self.refusal(of: read, method: .head, by: signer) == nil)
        #expect(Self.refusal(of: read, method: .post, by: signer) == .invalid)
        let post = try signer.link(to: "/a", method: .post, expires: Self.expiry)
        #expect(Self.refusal(of: post, method: .post, by: signer) == nil)
        #expect(Self.refusal(of: post, by: signer) == .invalid)
        let head = try signer.link(to: "/a", method: .head, expires: Self.expiry)
        #expect(Self.refusal(of: head, by: signer) == nil)
    }

    @Test(
        "A link holds until the second of its expiry, and not in it",
        arguments: [(-1_000_000_000, nil), (-1, nil), (0, .expired), (1, .expired), (1_000_000_000, .expired)]
            as [(Int64, LinkError.Code?)]
    )
    func expires(seconds: Int64, code: LinkError.Code?) throws {
        let signer = try LinkSigner(keys: [.first])
        let moment = HTTPDate(secondsSince1970: Self.expiry.secondsSince1970 + seconds)
        #expect(Self.refusal(of: try Self.link(by: signer), at: moment, by: signer) == code)
    }

    @Test("The clock that is given counts, for signing and for checking")
    func usesClock() throws {
        let signer = try LinkSigner(keys: [.first], now: { HTTPDate(secondsSince1970: 1000) })
        let link = try signer.link(to: "/a", validFor: .milliseconds(60_900))
        #expect(link.contains("link-expires=1060&"))
        try signer.verify(.get(link))
        let later = try LinkSigner(keys: [.first], now: { HTTPDate(secondsSince1970: 1060) })
        #expect(throws: LinkError.self) { try later.verify(.get(link)) }
    }

    @Test("Without another clock it is the system's")
    func usesSystemClock() throws {
        let signer = try LinkSigner(keys: [.first])
        try signer.verify(.get(try signer.link(to: "/a", validFor: .seconds(60))))
        let past = HTTPDate(secondsSince1970: HTTPDate.now.secondsSince1970 - 1)
        let old = try signer.link(to: "/a", expires: past)
        #expect(throws: LinkError.self) { try signer.verify(.get(old)) }
    }

    @Test("The first key signs, all verify, and a key that is gone does not")
    func rotates() throws {
        let old = try LinkSigner(keys: [.first])
        let both = try LinkSigner(keys: [.second, .first])
        let new = try LinkSigner(keys: [.second])
        let oldLink = try Self.link(by: old)
        let newLink = try Self.link(by: both)
        #expect(newLink.contains("link-key=second&"))
        #expect(Self.refusal(of: oldLink, by: both) == nil)
        #expect(Self.refusal(of: newLink, by: new) == nil)
        #expect(Self.refusal(of: oldLink, by: new) == .keyUnknown)
        #expect(Self.refusal(of: newLink, by: old) == .keyUnknown)
        let impostor = try LinkSigner(keys: [SigningKey(id: "first", text: "another secret, same id")])
        #expect(Self.refusal(of: oldLink, by: impostor) == .invalid)
    }

    @Test("A link under a mount prefix is not good under another")
    func bindsMountPrefix() throws {
        let signer = try LinkSigner(keys: [.first])
        let link = try signer.link(to: "/downloads/orders.csv", expires: Self.expiry)
        var request = DownloadRequest.get(link)
        request.path = "/orders.csv"
        try signer.verify(request, at: Self.before)
        #expect(Self.refusal(of: String(link.dropFirst("/downloads".count)), by: signer) == .invalid)
    }
}
