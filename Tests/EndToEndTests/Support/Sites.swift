import Testing

/// The sites of a suite: each is started when a test first asks, and all are gone when the suite ends.
actor Sites {
    @TaskLocal static var current = Sites()

    private var starting: [Setup: Task<Site, any Error>] = [:]

    func site(_ setup: Setup) async throws -> Site {
        for program in setup.programs where program.path == nil {
            guard Program.allAreRequired else { try Test.cancel(Comment(rawValue: program.advice)) }
            throw Program.Missing(description: program.advice)
        }
        if let task = starting[setup] { return try await task.value }
        let task = Task { try await Site.start(setup) }
        starting[setup] = task
        return try await task.value
    }

    func close() async {
        for task in starting.values {
            if let site = try? await task.value { site.directory.close() }
        }
        starting = [:]
    }
}

/// Gives the tests of a suite running servers.
struct SitesTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let sites = Sites()
        do {
            try await Sites.$current.withValue(sites, operation: function)
        } catch {
            await sites.close()
            throw error
        }
        await sites.close()
    }
}

extension Trait where Self == SitesTrait {
    static var sites: Self { Self() }
}

/// A directory of a test's own, gone with everything in it when `body` ends.
func withWorkDirectory<Result>(
    _ body: (WorkDirectory) async throws -> Result
) async throws -> Result {
    let directory = try WorkDirectory()
    defer { directory.close() }
    return try await body(directory)
}
