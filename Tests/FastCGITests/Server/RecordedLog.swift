import DownloadSystem
import Logging

@testable import FastCGI

/// The lines that a server has logged, as `level message key=value…` with the keys sorted.
final class RecordedLog: LogHandler, Sendable {
    private let recorded = Lock<[String]>([])
    private let level: Logger.Level

    init(level: Logger.Level = .info) {
        self.level = level
    }

    var lines: [String] { recorded.withLock { $0 } }
    var logLevel: Logger.Level {
        get { level }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        recorded.withLock { $0.append("\(event.level) \(event.message)\(pairs.joined())") }
    }
}
