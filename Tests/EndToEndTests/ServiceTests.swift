import Foundation
import TestSupport
import Testing

/// An application that has services, or is set up asynchronously, serves as any other.
@Suite(.blocking, .timeLimit(.minutes(60)))
struct ServiceTests {
    static let environments: [[String: String]] = [
        [:], ["TESTSITE_SUSPENDS": "1"], ["TESTSITE_SERVICE": "1"],
        ["TESTSITE_SUSPENDS": "1", "TESTSITE_SERVICE": "1"],
    ]

    @Test("It leads its server from the main thread, with no signal blocked", arguments: environments)
    func leadsFromMainThread(environment: [String: String]) async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("site.sock")
            let site = try TestSite.start(
                ["serve", "--listen", "unix:\(path)"],
                in: directory,
                environment: environment
            )
            #expect(await eventually { site.errorText.contains("serving") })
            let child = try await ask("/test/child", path)
            #expect(child.contains("SigBlk:\t0000000000000000"), "\(child)")
            // What is for the main actor runs, too.
            #expect(try await ask("/test/main-actor", path).contains("line 49"))
            let service = try await ask("/test/service", path)
            let hasService = environment["TESTSITE_SERVICE"] != nil
            #expect(service.hasSuffix(hasService ? "it runs\n" : "it does not run\n"))
            #expect(site.errorText.contains("asked for the service") && site.errorText.contains("request="))
            site.signal(SIGTERM)
            #expect(await site.status == 0)
            guard hasService else { return }
            let order = ["the service runs", "serving", "stopping", "the service has ended"]
            let places = order.map { site.errorText.range(of: $0)?.lowerBound }
            #expect(places.allSatisfy { $0 != nil })
            #expect(
                zip(places, places.dropFirst())
                    .allSatisfy { one, next in
                        if let one, let next { one < next } else { false }
                    },
                "\(site.errorText)"
            )
        }
    }

    @Test("A service that fails ends the program, with an exit status that says so")
    func failsWithService() async throws {
        try await withWorkDirectory { directory in
            let site = try TestSite.start(
                ["serve", "--listen", "unix:\(directory.file("site.sock"))"],
                in: directory,
                environment: ["TESTSITE_SERVICE": "fails"]
            )
            #expect(await site.status == 70)
            #expect(site.errorText.contains("a service has failed"))
        }
    }

    private func ask(_ target: String, _ socket: String) async throws -> String {
        try #require(await FastCGIClient.get(target, at: .unix(socket)))
    }
}
