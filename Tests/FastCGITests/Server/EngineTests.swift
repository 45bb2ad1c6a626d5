import DownloadSystem
import Glibc
import Logging
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(60))) struct EngineTests {
    @Test("An engine lives until a worker has ended that a view blocked for longer than its server")
    func livesAsLongAsItsWorkers() async throws {
        let path = temporarySocketPath()
        let gate = Gate()
        weak var left: Engine?
        do {
            var configuration = FastCGIConfiguration()
            configuration.threads = 1
            let engine = try Engine(
                listener: .bound(to: .unix(path: path)),
                configuration: configuration,
                logger: Logger(label: "test"),
                handler: { _, _ in }
            )
            left = engine
            try engine.start()
            Task(executorPreference: engine.pool) {
                gate.isReached.store(true, ordering: .relaxed)
                while !gate.isOpen.load(ordering: .relaxed) { usleep(1000) }
            }
            #expect(await eventually { gate.isReached.load(ordering: .relaxed) })
            engine.beginDraining()
            engine.pool.stop(within: 10)
        }
        #expect(left != nil)
        gate.isOpen.store(true, ordering: .relaxed)
        #expect(await eventually { left == nil })
    }

    @Test("A server that is not started, or can't be, leaves its socket to the next", arguments: [false, true])
    func leavesItsSocket(starts: Bool) throws {
        let path = temporarySocketPath()
        do {
            let listener = try Listener.bound(to: .unix(path: path))
            let engine = try Engine(
                listener: listener,
                configuration: FastCGIConfiguration(),
                logger: Logger(label: "test"),
                handler: { _, _ in }
            )
            if starts {
                // No poller watches that.
                let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
                #expect(dup2(null, listener.sockets[0].descriptor) >= 0)
                close(null)
                #expect(throws: SystemError.self) { try engine.start() }
                withExtendedLifetime(engine) { #expect(unsafe access(path, F_OK) != 0) }
            }
        }
        #expect(unsafe access(path, F_OK) != 0)
        unsafe unlink(path)
    }

    private final class Gate: Sendable {
        let isReached = Atomic<Bool>(false)
        let isOpen = Atomic<Bool>(false)
    }
}
