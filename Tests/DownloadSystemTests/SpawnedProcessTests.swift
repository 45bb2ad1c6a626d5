import DownloadSystem
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite(.blocking) struct SpawnedProcessTests {
    @Test("How a program has ended is told, and an end that another has waited for is taken for no good one")
    func tellsItsEnd() throws {
        #expect(try end(of: "exit 3", takenBefore: false) == .exited(status: 3))
        #expect(try end(of: "kill -9 $$", takenBefore: false) == .killed(signal: SIGKILL))
        let error = #expect(throws: SystemError.self) { try end(of: "exit 3", takenBefore: true) }
        #expect(error?.code == ECHILD)
    }

    private func end(of script: String, takenBefore: Bool) throws -> SpawnedProcess.Ending {
        let pipe = try Pipe()
        defer { pipe.reading.discard() }
        let child = try SpawnedProcess(
            "sh",
            arguments: ["-c", "echo $$; \(script)"],
            environment: [],
            input: nil,
            output: pipe.writing,
            errors: .standardError
        )
        pipe.writing.discard()
        let line = String(decoding: try pipe.reading.readAll(upTo: 100), as: UTF8.self)
        let process = try #require(pid_t(line.dropLast()))
        if takenBefore { #expect(waitpid(process, nil, 0) == process) }
        return try child.wait()
    }

    @Test("A signal does not end the wait for a descriptor before its time")
    func waitsDespiteSignals() throws {
        var action = sigaction()
        var before = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in }
        unsafe sigaction(SIGUSR2, &action, &before)
        defer { unsafe sigaction(SIGUSR2, &before, nil) }
        let pipe = try Pipe()
        defer { pipe.close() }
        let waiting = Atomic<UInt>(0)
        let isOver = Atomic<Bool>(false)
        let found = Mutex<Set<Descriptor>>([])
        let thread = try DownloadSystem.Thread {
            waiting.store(pthread_self(), ordering: .sequentiallyConsistent)
            let ready = Descriptor.waitForAny(of: [pipe.reading], milliseconds: 600_000)
            found.withLock { $0 = ready }
            isOver.store(true, ordering: .sequentiallyConsistent)
        }
        while waiting.load(ordering: .sequentiallyConsistent) == 0 { usleep(1000) }
        for _ in 0..<20 where !isOver.load(ordering: .sequentiallyConsistent) {
            pthread_kill(waiting.load(ordering: .sequentiallyConsistent), SIGUSR2)
            usleep(1000)
        }
        try pipe.writing.write([1])
        thread.join()
        #expect(found.withLock { $0 } == [pipe.reading])
    }
}
