internal import DownloadCore
internal import Glibc
public import Logging

/// Log lines on standard error that never wait for their reader: a log that nobody reads must not stop downloads.
/// Lines that find no room are lost, and the next that goes out tells how many.
///
///     LoggingSystem.bootstrap { _ in LineLogHandler() }
///
/// What a client or a view puts into a line stays one word on that line, and looks like what it is.
public struct LineLogHandler: LogHandler {
    /// How a line looks.
    public struct Form: Sendable {
        fileprivate enum Kind: Sendable {
            case plain, structured
        }
        fileprivate let kind: Kind

        /// For a person at a terminal: the time, the level, the message, and `key=value`.
        public static let plain = Form(kind: .plain)
        /// For a program that collects them: `key=value` throughout, as in logfmt.
        public static let structured = Form(kind: .structured)
        /// What suits standard error: plain on a terminal, else structured.
        public static var automatic: Form { isatty(2) == 1 ? .plain : .structured }
    }

    private let form: Form
    private let output: LineOutput
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    /// Creates a handler that writes to standard error.
    ///
    /// - Parameters:
    ///   - form: How a line looks.
    ///   - level: The lowest level that is logged.
    public init(form: Form = .automatic, level: Logger.Level = .info) {
        self.init(form: form, level: level, output: .standardError)
    }

    init(form: Form, level: Logger.Level, output: LineOutput) {
        self.form = form
        self.output = output
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        output.write(line(event.level, "\(event.message)", all)) { count in
            // Unicode equality: metadata is named by the program.
            line(.warning, "lost lines: standard error was full", ["count": "\(count)"])
        }
    }

    private func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(LineLogHandler.quoted("\($0.value)", always: false))" }
        let fields =
            switch form.kind {
            case .plain:
                [LineLogHandler.time, "\(level)".padded(to: 7), LineLogHandler.oneLine(message)] + pairs
            case .structured:
                [
                    "time=\(LineLogHandler.time)", "level=\(level)",
                    "message=\(LineLogHandler.quoted(message, always: true))",
                ]
                    + pairs
            }
        return fields.joined(separator: " ") + "\n"
    }

    /// A value that stays one word on one line, whatever a client or a view put into it.
    static func quoted(_ text: String, always: Bool) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
        }
        guard always || !isPlain || text.isEmpty else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.isDeceptive:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func oneLine(_ text: String) -> String {
        String(quoted(text, always: true).dropFirst().dropLast())
    }

    /// The time, in UTC to the millisecond (RFC 3339).
    private static var time: String {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        var parts = unsafe tm()
        unsafe gmtime_r(&now.tv_sec, &parts)
        func digits(_ value: Int, _ count: Int) -> String { String(value).padded(to: count, with: "0", atFront: true) }
        let date = unsafe [
            digits(Int(parts.tm_year) + 1900, 4), digits(Int(parts.tm_mon) + 1, 2), digits(Int(parts.tm_mday), 2),
        ]
        let time = unsafe [digits(Int(parts.tm_hour), 2), digits(Int(parts.tm_min), 2), digits(Int(parts.tm_sec), 2)]
        return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(digits(now.tv_nsec / 1_000_000, 3))Z"
    }
}

extension String {
    fileprivate func padded(to width: Int, with character: Character = " ", atFront: Bool = false) -> String {
        let padding = String(repeating: character, count: max(0, width - count))
        return atFront ? padding + self : self + padding
    }
}
