import DownloadCore
import DownloadTesting
import HTTPTypes
import SignedLinks
import Testing

/// What others put behind a link on its way.
@Suite struct IgnoredQueryNamesTests {
    private static let expiry = HTTPDate(secondsSince1970: 2000)

    private static func signer(ignoring ignored: IgnoredQueryNames) throws -> LinkSigner {
        try LinkSigner(keys: [.first], ignoring: ignored, now: { HTTPDate(secondsSince1970: 1000) })
    }

    private static func isGood(_ target: String, by signer: LinkSigner) -> Bool {
        (try? signer.verify(.get(target))) != nil
    }

    static let appended = [
        "utm_source=mail", "utm_campaign=a%20b&utm_medium=mail&utm_id", "fbclid=IwAR0-_x", "gclid=1", "gad_source=1",
        "gbraid=1&wbraid=2", "dclid=1", "msclkid=2", "mc_cid=3&mc_eid=4", "_hsenc=p2&_hsmi=1", "mkt_tok=x", "igshid=y",
        "twclid=1", "ttclid=1", "li_fat_id=1", "yclid=1", "_gl=1*a", "_ga=2.1", "mtm_campaign=a", "pk_campaign=b",
        "%75tm_source=mail", "utm%5Fsource=mail", "utm_", "vero_id=1", "srsltid=A", "ScCid=1", "__s=1", "epik=1",
    ]

    @Test(
        "A link with what others append is good for a signer that ignores it, wherever it stands",
        arguments: appended
    )
    func lets(items: String) throws {
        let signer = try Self.signer(ignoring: .tracking)
        let link = try signer.link(to: "/a?x=1", expires: Self.expiry)
        #expect(Self.isGood("\(link)&\(items)", by: signer))
        let parts = link.split(separator: "?", maxSplits: 1)
        #expect(Self.isGood("\(parts[0])?\(items)&\(parts[1])", by: signer))
        #expect(try !Self.isGood("\(link)&\(items)", by: Self.signer(ignoring: .none)))
        #expect(
            try !Self.isGood("\(link)&\(items)", by: LinkSigner(keys: [.first], now: { .init(secondsSince1970: 1) }))
        )
    }

    static let others = [
        "x=2", "UTM_SOURCE=a", "utm=1", "xutm_source=1", "utm-source=1", "Fbclid=1", "fbclid2=1", "gclid%20=1", "ref=1",
        "source=1", "id=1", "campaign=1", "token=1", "u\u{301}tm_source=1", "%E2%80%8Butm_source=1", "sccid=1",
        "q=utm_",
        // Canonically equivalent to what is ignored.
        "\u{212A}x=1", "%E2%84%AAx=1", "caf%C3%A9=1",
    ]

    @Test("What has another name in octets is refused", arguments: others)
    func refuses(items: String) throws {
        let signer = try Self.signer(ignoring: .tracking.union(["_Kx", "Kx", "cafe\u{301}"]))
        let link = try signer.link(to: "/a?x=1", expires: Self.expiry)
        #expect(!Self.isGood("\(link)&\(items)", by: signer))
    }

    @Test("Names are listed, by their beginning too, and lists are put together")
    func lists() {
        let names: IgnoredQueryNames = ["a", "b_*"]
        #expect(names.contains("a") && names.contains("b_") && names.contains("b_c"))
        #expect(!names.contains("ab") && !names.contains("b") && !names.contains("") && !names.contains("B_c"))
        let both = names.union(.tracking)
        #expect(both.contains("a") && both.contains("utm_x") && both.contains("fbclid"))
        #expect(!IgnoredQueryNames.none.contains("a") && IgnoredQueryNames(["*"]).contains("anything"))
    }

    @Test("The signature's own items are never ignored")
    func keepsOwn() throws {
        let signer = try Self.signer(ignoring: ["*"])
        let link = try signer.link(to: "/a?x=1", name: "a.csv", expires: Self.expiry)
        #expect(Self.isGood(link, by: signer) && Self.isGood(link + "&y=1", by: signer))
        #expect(!Self.isGood(link.split(separator: "a.csv").joined(separator: "b.csv"), by: signer))
        #expect(!Self.isGood(link + "&link-expires=9999", by: signer))
        #expect(
            !Self.isGood(link.split(separator: "link-expires=2000").joined(separator: "link-expires=3000"), by: signer)
        )
    }

    @Test("A link that is made for a target with such items keeps them, and is good without them too")
    func signs() throws {
        let signer = try Self.signer(ignoring: .tracking)
        let link = try signer.link(to: "/a?utm_source=me&x=1", expires: Self.expiry)
        #expect(link.contains("utm_source=me&x=1") && Self.isGood(link, by: signer))
        #expect(Self.isGood(link.split(separator: "utm_source=me&").joined(), by: signer))
    }

    static let seen = [
        ("utm_source=x&", ""), ("y=%41&utm_source=x&z=b+c&fbclid&", "y=%41&z=b+c&"), ("", ""), ("y&", "y&"),
        ("&y&", "&y&"),
        ("&utm_id&", "&"), ("utm_%69d=1&y&", "y&"),
    ]

    @Test("A view sees what was signed, as the client wrote it, and nothing of what is ignored", arguments: seen)
    func hides(query: String, seen: String) async throws {
        let signer = try Self.signer(ignoring: .tracking)
        let signed = try signer.link(to: "/a?\(seen)", expires: Self.expiry)
        let start = try #require(signed.firstRange(of: "link-expires"))
        let own = signed[start.lowerBound...]
        let response = try await QueryView().signed(by: signer).response(to: .get("/a?\(query)\(own)"))
        #expect(response.status == .ok && response.text == "/a?\(seen)\(own)")
        #expect(response.headerFields[.contentDisposition] == "/a?\(seen)\(own)")
    }

    @Test("A link is good with what a view that prepares its download adds to it, and with nothing that looks like it")
    func preparation() throws {
        let signer = try Self.signer(ignoring: .none)
        let link = try signer.link(to: "/a?x=1", expires: Self.expiry)
        let token = String(repeating: "0a", count: 16)
        for kind in ["page", "status", "file", "wait-3"] {
            #expect(Self.isGood("\(link)&preparation=\(token)-\(kind)", by: signer))
        }
        for value in ["", "1", token, "\(token)-pages", "\(token)-page-1", "x\(token)-page"] {
            #expect(!Self.isGood("\(link)&preparation=\(value)", by: signer))
        }
        #expect(!Self.isGood("\(link)&preparations=\(token)-page", by: signer))
    }
}

/// Sends the target that it is asked for.
private struct QueryView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile { ContentFile(request.http.path ?? "", name: "a.txt") }

    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        response.headerFields[.contentDisposition] = request.http.path
        return response
    }
}
