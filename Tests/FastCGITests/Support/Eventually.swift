import DownloadSystem
import TestSupport

/// Waits until a condition holds, for five minutes at most.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        blockingSleep(for: .milliseconds(2))
        await Task.yield()
    }
    return condition()
}
