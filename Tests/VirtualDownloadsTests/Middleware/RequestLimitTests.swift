import DownloadTesting
import HTTPTypes
import Synchronization
import Testing

@testable import VirtualDownloads

@Suite struct RequestLimitTests {
    /// A clock that a test sets.
    private final class ManualClock: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func advance(_ seconds: Double) { time.withLock { $0 += .seconds(seconds) } }
    }

    private func limit(
        _ requests: Int,
        _ clock: ManualClock,
        by key: RequestKey = .address,
        maximumKeys: Int = 100
    ) -> RateLimit {
        RateLimit(requests, per: .seconds(10), by: key, maximumKeys: maximumKeys) { clock.now }
    }

    private func status(_ limit: RateLimit, from host: String = "192.0.2.1", user: String? = nil) async throws -> Int {
        var request = DownloadRequest.get(user: user)
        request.client.host = host
        return try await GreetingView().response(to: request, through: [limit]).status.code
    }

    @Test("So many requests may come at once, the next is told when, and then it may")
    func limitsRate() async throws {
        let clock = ManualClock()
        let limit = limit(2, clock)
        #expect(try await [status(limit), status(limit), status(limit)] == [200, 200, 429])
        let refused = try await GreetingView().response(to: .get(), through: [limit])
        #expect(refused.headerFields[.retryAfter] == "5" && refused.fileRequests == 0)
        clock.advance(4.5)
        #expect(try await GreetingView().response(to: .get(), through: [limit]).headerFields[.retryAfter] == "1")
        clock.advance(0.5)
        #expect(try await [status(limit), status(limit)] == [200, 429])
        clock.advance(1000)
        #expect(try await [status(limit), status(limit), status(limit)] == [200, 200, 429])
    }

    @Test("Each address counts for itself, one of IPv6 by its network, and each user for themselves")
    func countsByKey() async throws {
        let clock = ManualClock()
        let byAddress = limit(1, clock)
        #expect(try await status(byAddress, from: "2001:db8::1") == 200)
        #expect(try await status(byAddress, from: "2001:0DB8:0:0:ffff::1") == 429)
        #expect(try await status(byAddress, from: "2001:db8:0:1::1") == 200)
        #expect(try await status(byAddress, from: "192.0.2.1") == 200)
        #expect(try await status(byAddress, from: "::ffff:192.0.2.1") == 429)
        let byUser = limit(1, clock, by: .user)
        #expect(try await status(byUser, user: "kim") == 200)
        #expect(try await status(byUser, user: "\u{212A}im") == 200)
        #expect(try await status(byUser, from: "192.0.2.9", user: "kim") == 429)
        #expect(try await [status(byUser), status(byUser)] == [200, 429])
        let byNothing = limit(1, clock, by: RequestKey { _ in nil })
        #expect(try await [status(byNothing), status(byNothing)] == [200, 200])
    }

    @Test("No more keys are remembered than are allowed, and those that owe most stay")
    func boundsKeys() async throws {
        let clock = ManualClock()
        let limit = limit(2, clock, maximumKeys: 10)
        for _ in 0..<2 { #expect(try await status(limit, from: "greedy") == 200) }
        for number in 0..<100 { #expect(try await status(limit, from: "\(number)") == 200) }
        #expect(try await status(limit, from: "greedy") == 429)
    }

    @Test("A user has only so many downloads under way, and one that has ended makes room, however it ended")
    func limitsConcurrency() async throws {
        let limit = ConcurrencyLimit(1, by: .user, retryAfter: 7)
        /// Asks once more while its own content is being written.
        struct NestedView: VirtualDownloadView {
            let limit: ConcurrencyLimit
            let fails: Bool

            func file(for request: DownloadRequest) -> some DownloadFile {
                VirtualFile(name: "x.txt") { sink in
                    let second = try await GreetingView().response(to: .get(user: request.user), through: [limit])
                    let other = try await GreetingView().response(to: .get(user: "other"), through: [limit])
                    try await sink.write(
                        "\(second.status.code) \(second.headerFields[.retryAfter] ?? "") \(other.status.code)"
                    )
                    if fails { throw FileNotFound() }
                }
            }
        }
        for fails in [false, true, false] {
            let response = try await NestedView(limit: limit, fails: fails)
                .response(to: .get(user: "kim"), through: [limit])
            #expect(response.text == "429 7 200" && response.isFinished == !fails)
        }
        #expect(try await GreetingView().response(to: .get(user: "kim"), through: [limit]).status == .ok)
    }

    @Test("A request that middleware behind a limit gives another user still makes room for the one it counted for")
    func makesRoomForWhomItCounted() async throws {
        let limit = ConcurrencyLimit(1, by: .user)
        let password = BasicAuthentication(realm: "x") { _, _ in true }
        for _ in 0..<3 {
            let request = DownloadRequest.get(headerFields: [.authorization: "Basic YTpi"])
            #expect(try await GreetingView().response(to: request, through: [limit, password]).text == "a")
        }
    }
}
