import DownloadSystem
import Synchronization
import Testing

@testable import FastCGI

@Suite struct ConfigurationTests {
    @Test("There are as many workers as processors that the program may run on, but two at least")
    func countsProcessors() throws {
        let available = Processors.available
        #expect(available > 0)
        #expect(FastCGIConfiguration().threads == min(16, max(2, available)))
        let withOne = Atomic<Int>(0)
        let threads = Atomic<Int>(0)
        let thread = try OwnThread {
            guard runOnFirstProcessor() else { return }
            withOne.store(Processors.available, ordering: .relaxed)
            threads.store(FastCGIConfiguration().threads, ordering: .relaxed)
        }
        thread.join()
        #expect(withOne.load(ordering: .relaxed) == 1)
        #expect(threads.load(ordering: .relaxed) == 2)
    }

    @Test("A limit has as many milliseconds as fit, however long it is")
    func cutsLimits() {
        #expect(Duration.milliseconds(1500).milliseconds == 1500)
        let longest = Duration(secondsComponent: .max, attosecondsComponent: 0).milliseconds
        let hardlyFitting = Duration(secondsComponent: .max / 1000, attosecondsComponent: 900_000_000_000_000_000)
        #expect(hardlyFitting.milliseconds >= longest)
    }
}

/// Leaves the calling thread the first of the processors that it has.
private func runOnFirstProcessor() -> Bool {
    var set = [UInt](repeating: 0, count: 256)
    guard unsafe getAffinity(0, 2048, &set) == 0, let place = set.firstIndex(where: { $0 != 0 }) else { return false }
    let first = set[place] & ~(set[place] - 1)
    set = [UInt](repeating: 0, count: 256)
    set[place] = first
    return unsafe setAffinity(0, 2048, set) == 0
}

// Declared under _GNU_SOURCE alone.
@_silgen_name("sched_getaffinity")
private func getAffinity(_ thread: Int32, _ size: Int, _ set: UnsafeMutablePointer<UInt>) -> Int32
@_silgen_name("sched_setaffinity")
private func setAffinity(_ thread: Int32, _ size: Int, _ set: UnsafePointer<UInt>) -> Int32
