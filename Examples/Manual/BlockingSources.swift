import Foundation
import VirtualDownloads

// sample: blocking
struct LogView: VirtualDownloadView {
    let path: String

    func file(for request: DownloadRequest) throws -> some DownloadFile {
        // Reading blocks, so it happens on a thread that may.
        VirtualFile(name: "lines.txt", runningAhead: .memory(upTo: 1_000_000)) { [path] sink in
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                try sink.write("\(line)\r\n")
            }
        }
    }
}
// end

// sample: rows
struct SquaresView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        // As a database's cursor gives its rows.
        let rows = BlockingSequence<String> { sink in
            for number in 1...3 { try sink.give("\(number),\(number * number)\r\n") }
        }
        return VirtualFile(AsyncIteratorIO(rows), name: "squares.csv")
    }
}
// end
