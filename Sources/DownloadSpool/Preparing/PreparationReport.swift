internal import DownloadCore
internal import HTTPTypes

/// How far a preparation is, as a program is told: values, and the JSON of them.
struct PreparationReport {
    /// After how many seconds a client is to ask again: soon at first and near the end, at most every five seconds.
    static func interval(for status: GenerationStatus) -> Int {
        let elapsed = Double(status.elapsed.components.seconds)
        var interval = elapsed / 10
        if let left = status.timeLeft { interval = min(interval, Double(left.components.seconds) / 2) }
        return max(1, min(5, Int(interval.rounded(.up))))
    }

    /// The members that say how far it is.
    ///
    /// - Parameter line: The same for a person.
    static func json(_ status: GenerationStatus, line: String) -> String {
        var members = ["\"state\":\"running\"", "\"bytes\":\(status.byteCount)"]
        if let size = status.size { members.append("\"size\":\(size)") }
        if let fraction = status.fraction { members.append("\"progress\":\(thousandths(fraction))") }
        members.append("\"elapsed\":\(status.elapsed.components.seconds)")
        if let left = status.timeLeft { members.append("\"left\":\(left.components.seconds)") }
        members.append("\"retryAfter\":\(interval(for: status))")
        members.append("\"text\":\(line.jsonString)")
        return "{\(members.joined(separator: ","))}\n"
    }

    /// A failure as a problem (RFC 9457).
    static func problem(_ status: HTTPResponse.Status, detail: String?) -> String {
        var members = [
            "\"type\":\"about:blank\"", "\"title\":\(status.reasonPhrase.jsonString)", "\"status\":\(status.code)",
            "\"state\":\"failed\"",
        ]
        if let detail { members.append("\"detail\":\(detail.jsonString)") }
        return "{\(members.joined(separator: ","))}\n"
    }

    /// A fraction with three digits behind the point; 1 only when all is done.
    private static func thousandths(_ fraction: Double) -> String {
        guard fraction < 1 else { return "1" }
        let digits = String(max(0, min(999, Int(fraction * 1000))))
        return "0.\(String(repeating: "0", count: 3 - digits.count))\(digits)"
    }
}
