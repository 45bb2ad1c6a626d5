import Foundation
import Logging
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(60))) struct LineOutputTests {
    enum Kind: CaseIterable {
        case pipe
        case socket
    }

    @Test("Lines that nobody reads are lost without waiting, and told once there is room", arguments: Kind.allCases)
    func losesAndTells(kind: Kind) {
        let ends = Ends(kind)
        let output = LineOutput(ends.output)
        let line = String(repeating: "x", count: 200)
        for number in 0..<5000 { output.write("\(number) \(line)\n", tellingLost: Self.notice) }
        var lines = ends.read()
        output.write("last\n", tellingLost: Self.notice)
        lines += ends.read()
        let all = lines.split(separator: "\n").map(String.init)
        let kept = all.count - 2
        #expect(kept > 0 && kept < 5000)
        #expect(all == (0..<kept).map { "\($0) \(line)" } + ["lost \(5000 - kept)", "last"])
    }

    @Test("A line that only began to go out goes on before the next, as far as a pipe takes it at once")
    func goesOn() {
        let ends = Ends(.pipe)
        let output = LineOutput(ends.output)
        let line = String(repeating: "long", count: 50_000)
        output.write("\(line)\n", tellingLost: Self.notice)
        output.write("lost\n", tellingLost: Self.notice)
        var text = ""
        for number in 1...4 {
            let part = ends.read()
            #expect(!part.isEmpty)
            text += part
            output.write("\(number)\n", tellingLost: Self.notice)
        }
        #expect(text + ends.read() == "\(line)\nlost 3\n3\n4\n")
    }

    @Test("Lines of several threads stay whole while somebody reads slowly, and none is lost untold")
    func staysWhole() async {
        let ends = Ends(.pipe)
        let output = LineOutput(ends.output)
        let line = String(repeating: "y", count: 300)
        let text = await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<2000 { output.write("\(line)\n", tellingLost: Self.notice) }
                }
            }
            let reading = Task {
                var text = ""
                while !Task.isCancelled {
                    text += ends.read()
                    await Task.yield()
                }
                return text + ends.read()
            }
            await group.waitForAll()
            reading.cancel()
            return await reading.value
        }
        output.write("last\n", tellingLost: Self.notice)
        let lines = (text + ends.read()).split(separator: "\n")
        let lost = lines.compactMap { $0.wholeMatch(of: /lost (\d+)/).flatMap { Int($0.1) } }.reduce(0, +)
        #expect(lines.count { $0 == line } + lost == 8000)
        #expect(lines.allSatisfy { $0 == line || $0 == "last" || $0.hasPrefix("lost ") })
    }

    @Test("A line in a file is written at once, however long it is")
    func writesToFiles() throws {
        let path = NSTemporaryDirectory() + "lines-\(UUID().uuidString)"
        defer { unsafe unlink(path) }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        let line = String(repeating: "z", count: 100_000) + "\n"
        LineOutput(file).write(line, tellingLost: Self.notice)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == line)
    }

    @Test("What is told of lost lines is a line of the log")
    func tellsInForm() throws {
        let ends = Ends(.pipe)
        let handler = LineLogHandler(form: .structured, level: .error, output: LineOutput(ends.output))
        let logger = Logger(label: "test") { _ in handler }
        for _ in 0..<2000 { logger.error("a download failed") }
        _ = ends.read()
        logger.error("a download failed", metadata: ["status": "500"])
        let lines = ends.read().split(separator: "\n")
        try #require(lines.count == 2)
        let told = /time=\S+ level=warning message="lost lines: standard error was full" count=\d+/
        #expect(lines[0].wholeMatch(of: told) != nil)
        #expect(lines[1].hasSuffix(#"level=error message="a download failed" status=500"#))
    }

    @Sendable private static func notice(_ count: Int) -> String { "lost \(count)\n" }
}

/// Something to write lines to, and the end that they are read from.
private final class Ends: Sendable {
    let output: Int32
    private let input: Int32

    init(_ kind: LineOutputTests.Kind) {
        var ends: [Int32] = [-1, -1]
        switch kind {
        case .pipe:
            #expect(unsafe pipe(&ends) == 0)
        case .socket:
            #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        }
        (input, output) = (ends[0], ends[1])
        #expect(fcntl(input, F_SETFL, O_NONBLOCK) == 0)
    }

    deinit {
        close(input)
        close(output)
    }

    /// What there is.
    func read() -> String {
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(input, &part, part.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += part.prefix(count)
        }
    }
}
