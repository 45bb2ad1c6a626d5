import DownloadSystem
import TestSupport

/// Waits until a condition holds, for a minute at most.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        blockingSleep(for: .milliseconds(2))
        await Task.yield()
    }
    return condition()
}
