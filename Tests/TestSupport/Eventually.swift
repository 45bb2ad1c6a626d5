#if canImport(Testing)
/// Waits until a condition holds, looking at it every few milliseconds; false if it never did.
///
/// - Parameter limit: How long at most. It is generous, since it is waited for only where the test fails: a busy
///   machine must not make it fail.
package func eventually(
    within limit: Duration = .seconds(300),
    _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        blockingSleep(for: .milliseconds(3))
        await Task.yield()
    }
    return try await condition()
}
#endif
