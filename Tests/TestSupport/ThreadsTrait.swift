// A toolchain's static runtime comes without the testing library, and README builds everything with it.
#if canImport(Testing)
package import Testing

/// Runs each test, or each test of a suite, on threads of an executor.
package struct ThreadsTrait: TestTrait, SuiteTrait, TestScoping {
    let executor: TestExecutor

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await executor.beginTest()
        defer { executor.endTest() }
        try await withTaskExecutorPreference(executor) {
            // Only a task that suspends changes its thread.
            await Task.yield()
            try await function()
        }
    }
}

extension Trait where Self == ThreadsTrait {
    /// For tests that block a thread, run programs or have limits on time.
    package static var blocking: Self { Self(executor: .blocking) }
    /// For tests that compute for more than a tenth of a second.
    package static var computing: Self { Self(executor: .computing) }
}
#endif
