import Foundation
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(60))) struct SignCommandTests {
    private static let keys = ["DOWNLOADS_SIGNING_KEYS": "new:\(String(repeating: "a5", count: 32))"]

    private static func link(_ arguments: String...) async throws -> String {
        let run = try await SiteProcess.run(["sign"] + arguments, environment: keys)
        try #require(run.status == 0, "\(run.errors)")
        return String(run.output.dropLast())
    }

    @Test("sign prints a link that get follows, under the name it suggests")
    func signs() async throws {
        let link = try await Self.link("/signed/orders.csv?rows=1", "--expires", "1h", "--name", "orders-2026.csv")
        #expect(link.hasPrefix("/signed/orders.csv?rows=1&link-name=orders-2026.csv&link-expires="))
        let run = try await SiteProcess.run(["get", link], environment: Self.keys)
        #expect(run.status == 0)
        #expect(run.output.contains("\nContent-Disposition: attachment; filename=\"orders-2026.csv\"\n"))
        #expect(run.output.contains("\r\n1,2026-01-01,"))
        let head = try await SiteProcess.run(["get", "-I", link], environment: Self.keys)
        #expect(head.status == 0)
    }

    @Test(
        "Without a good link the signed export is refused",
        arguments: [("rows=1", "rows=2", "signature-invalid"), ("link-signature", "x", "signature-missing")]
    )
    func refuses(from: String, to: String, code: String) async throws {
        let link = try await Self.link("/signed/orders.csv?rows=1", "--expires", "1h")
        let run = try await SiteProcess.run(["get", link.replacing(from, with: to)], environment: Self.keys)
        #expect(run.status == 22)
        #expect(run.output.hasPrefix("HTTP/1.1 403 Forbidden\n"))
        #expect(run.output.hasSuffix("\n\n403 Forbidden: \(code)\n"))
    }

    @Test("A link expires when it was told to", arguments: [("30s", 30), ("15m", 900), ("1h", 3600), ("7d", 604_800)])
    func expires(duration: String, seconds: Int) async throws {
        let before = Int(Date().timeIntervalSince1970)
        let expiry = try await Self.expiry(of: Self.link("/signed/orders.csv", "--expires", duration))
        let after = Int(Date().timeIntervalSince1970)
        #expect((before...after).contains(expiry - seconds))
    }

    private static func expiry(of link: String) throws -> Int {
        let item = try #require(link.split(separator: "&").last { $0.contains("link-expires=") })
        return try #require(Int(item.drop { $0 != "=" }.dropFirst()))
    }

    @Test(
        "Another duration is refused, with the ones there are",
        arguments: [
            ("0s", "expired already"), ("000d", "expired already"), ("1", "30s, 15m, 1h or 7d"),
            ("h", "30s, 15m, 1h or 7d"), ("", "--expires"), ("+1h", "30s, 15m, 1h or 7d"),
            ("1.5h", "30s, 15m, 1h or 7d"), ("1 h", "30s, 15m, 1h or 7d"), ("1w", "30s, 15m, 1h or 7d"),
            ("٣h", "30s, 15m, 1h or 7d"), ("36501d", "36500d at most"), ("99999999999999999999s", "36500d at most"),
        ]
    )
    func refusesDuration(duration: String, reason: String) async throws {
        let run = try await SiteProcess.run(
            ["sign", "/signed/orders.csv", "--expires=\(duration)"],
            environment: Self.keys
        )
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains(reason))
    }

    @Test(
        "What can't be signed is an error of usage",
        arguments: [
            (["/nothing", "--expires", "1h"], "No view is registered at “/nothing”"),
            (["/signed/orders.csv"], "--expires"), (["signed", "--expires", "1h"], "is not a path"),
            (
                ["/signed/orders.csv", "--expires", "1h", "--mount", "/downloads"],
                "“/signed/orders.csv”; see testsite routes --mount /downloads."
            ),
            (["/signed/orders.csv", "--expires", "1h", "--name", ""], "name is empty"),
            (["/signed/orders.csv", "--expires", "1h", "-X", "GE T"], "is not a method"),
            (["/signed/orders.csv", "--expires", "1h", "-X", "POST"], "it answers GET, HEAD, OPTIONS"),
            (["/signed/orders.csv", "--expires", "1h", "-X", "get"], "does not answer get"),
        ]
    )
    func refusesTarget(arguments: [String], reason: String) async throws {
        let run = try await SiteProcess.run(["sign"] + arguments, environment: Self.keys)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains(reason))
    }

    @Test("A mount prefix is part of the link")
    func signsMounted() async throws {
        let link = try await Self.link("/downloads/signed/orders.csv", "--expires", "1h", "--mount", "/downloads")
        let run = try await SiteProcess.run(["get", link, "-I", "--mount", "/downloads"], environment: Self.keys)
        #expect(run.status == 0)
    }

    @Test(
        "Without keys nothing is signed, and sign says how to give it some",
        arguments: [[:], ["DOWNLOADS_SIGNING_KEYS": ""]]
    )
    func saysHowToConfigure(environment: [String: String]) async throws {
        let run = try await SiteProcess.run(
            ["sign", "/signed/orders.csv", "--expires", "1h"],
            environment: environment
        )
        #expect(run.status == 78)
        #expect(run.errors.contains("DOWNLOADS_SIGNING_KEYS=2026-11:$(openssl rand -hex 32)"))
        let get = try await SiteProcess.run(["get", "/signed/orders.csv"], environment: environment)
        #expect(get.output.hasPrefix("HTTP/1.1 404 "))
    }

    @Test(
        "With keys that can't be used, nothing starts",
        arguments: [["routes"], ["get", "/virtual/text"], ["sign", "/signed/orders.csv", "--expires", "1h"], []]
    )
    func refusesKeys(arguments: [String]) async throws {
        var environment = ["DOWNLOADS_SIGNING_KEYS": "a:0011"]
        if arguments.isEmpty {
            environment["GATEWAY_INTERFACE"] = "CGI/1.1"
            environment["REQUEST_METHOD"] = "GET"
        }
        let run = try await SiteProcess.run(arguments, environment: environment)
        #expect(run.status == 78)
        #expect(
            run.errors
                == "testsite: DOWNLOADS_SIGNING_KEYS: the key “a” needs at least 16 bytes and has 2; "
                + "make one by: openssl rand -hex 32\n"
        )
    }
}
