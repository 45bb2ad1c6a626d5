#if canImport(Testing)
import Foundation

/// Blocks the thread: `Task.sleep` would need the executor that all tests share to wake up.
package func blockingSleep(for duration: Duration) {
    let end = ContinuousClock.now + duration
    while true {
        let left = (end - ContinuousClock.now) / .microseconds(1)
        guard left > 0 else { return }
        usleep(UInt32(min(left, 500_000)) + 1)
    }
}
#endif
