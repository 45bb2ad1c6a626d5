import Foundation

/// What curl received.
struct Transfer: Sendable {
    /// curl's exit code: 0 if it believes the answer is whole.
    var exit: Int32
    var body: Data
    /// The answer's head, and curl's own words.
    var head: String

    init(_ curl: RunningProgram) async throws {
        exit = await curl.status
        body = curl.outputData
        head = curl.errorText
    }

    var lines: [String] {
        head.split(whereSeparator: \.isNewline).map(String.init)
    }

    var status: Int? {
        lines.last { $0.hasPrefix("HTTP/") }.flatMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    }

    /// The value of a field, or nil.
    subscript(_ name: String) -> String? {
        let start = name.lowercased() + ":"
        return lines.first { $0.lowercased().hasPrefix(start) }
            .map { $0.dropFirst(start.count).trimmingCharacters(in: .whitespaces) }
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
