import Foundation
import TestSupport
import Testing

/// A download that failed never looks whole to the client.
@Suite(.sites, .blocking, .timeLimit(.minutes(60)))
struct FailingVisiblyTests {
    private func site(_ setup: Setup) async throws -> Site { try await Sites.current.site(setup) }

    @Test(
        "A generator that throws midway fails the client, without a Content-Length",
        arguments: Setup.showingCuts,
        [1, 50_000, 1_000_000]
    )
    func showsCutOfUnknownSize(setup: Setup, bytes: Int) async throws {
        let answer = try await site(setup).curl("/test/throws-midway?after=\(bytes)")
        #expect(answer.exit != 0)
        #expect(answer.exit != 28, "curl gave up by itself")
        #expect(answer.body.count <= bytes)
    }

    @Test(
        "A generator that throws midway fails the client, with a Content-Length",
        arguments: Setup.allCases,
        [50_000, 1_000_000]
    )
    func showsCutOfKnownSize(setup: Setup, bytes: Int) async throws {
        let answer = try await site(setup).curl("/test/throws-midway?after=\(bytes)&size=\(2 * bytes)")
        #expect(answer.exit != 0)
        #expect(answer.exit != 28, "curl gave up by itself")
        // nginx sends nothing at all when the head and the failure reach it together.
        if bytes > 100_000 { #expect(answer["Content-Length"] == "\(2 * bytes)") }
    }

    @Test("A generator that throws midway fails a client that takes compressed content, too", arguments: Setup.allCases)
    func showsCutToCompressing(setup: Setup) async throws {
        let answer = try await site(setup).curl("/test/throws-midway?after=1000000&size=2000000", "--compressed")
        #expect(answer.exit != 0)
        #expect(answer.exit != 28, "curl gave up by itself")
        #expect(answer["Content-Length"] == "2000000")
    }

    @Test("A generator that writes less than it declared fails the client", arguments: Setup.allCases)
    func showsShortContent(setup: Setup) async throws {
        let answer = try await site(setup).curl("/test/short")
        #expect(answer.exit != 0)
        #expect(answer.exit != 28, "curl gave up by itself")
    }

    @Test("A generator that writes more than it declared sends no more than that", arguments: Setup.allCases)
    func cutsLongContent(setup: Setup) async throws {
        let answer = try await site(setup).curl("/test/long")
        #expect(answer.exit != 28, "curl gave up by itself")
        // So small a content may not have left the server when it turns out to be wrong.
        if answer.status == 200 {
            #expect(answer["Content-Length"] == "50000")
            #expect(answer.body.count <= 50_000)
        } else {
            #expect(answer.status == 500)
        }
    }

    @Test("A failure harms only its own request", arguments: Setup.allCases)
    func harmsOnlyItsOwnRequest(setup: Setup) async throws {
        let site = try await site(setup)
        async let failed = site.curl("/test/throws-midway?after=200000")
        async let whole = site.curl("/bench/gen?n=5000000")
        _ = try await failed
        let answer = try await whole
        #expect(answer.exit == 0)
        #expect(answer.body.count == 5_000_000)
        #expect(try await site.curl("/bench/hello").text == "Hello world!\n")
    }
}
