import DownloadCore
import HTTPTypes

extension RecordedResponse {
    /// Compares the response with a download; what is nil is not compared.
    ///
    /// The counterpart of django-downloadview's `assert_download_response`. Whatever is expected, the response must
    /// have ended properly, with as many bytes as its Content-Length says, and without running the generator for HEAD,
    /// 304, 412 and 416.
    ///
    /// - Parameters:
    ///   - content: The bytes that the client receives; of a response to HEAD, those that GET would give, which are
    ///     only counted.
    ///   - basename: The name that the client saves the file under, as `filename*` or else `filename` tells it.
    ///   - mimeType: The media type of Content-Type, in any case of letters; with parameters, if they are to be
    ///     compared.
    ///   - contentType: All of Content-Type, letter by letter.
    ///   - attachment: Whether the client is asked to save the file (true) or to show it.
    ///   - size: The value of Content-Length, in bytes.
    /// - Returns: One sentence for each difference; empty if there is none.
    public func differences(
        content: [UInt8]? = nil,
        basename: String? = nil,
        mimeType: String? = nil,
        contentType: String? = nil,
        attachment: Bool? = nil,
        size: Int64? = nil
    ) -> [String] {
        var differences = integrityDifferences
        func expect<Value: Equatable>(_ expected: Value?, _ actual: Value?, _ what: String) {
            guard let expected, expected != actual else { return }
            differences.append("\(what) is \(actual.map { "\($0)" } ?? "missing"), expected \(expected)")
        }
        let disposition = RecordedDisposition(headerFields[.contentDisposition] ?? "")
        if status != .ok && status != .partialContent {
            // What the log would have been told is all that says why.
            let reasons = notes.map { ": \($0)" }.joined()
            let place = headerFields[.location].map { " to \($0)" } ?? ""
            differences.append("the status is \(status)\(place), expected 200 or 206\(reasons)")
        }
        if method != .head, let content, content != body {
            let place = zip(body, content).prefix { $0 == $1 }.count
            differences.append(
                "the content has \(String(counting: body.count, "byte")) \(Self.excerpt(body, around: place)),"
                    + " expected \(String(counting: content.count, "byte")) \(Self.excerpt(content, around: place));"
                    + " they differ from byte \(place) on"
            )
        }
        if method == .head, let content, let length = headerFields[.contentLength],
            length.wire != String(content.count).wire
        {
            differences.append(
                "Content-Length is \(length), but the content has \(String(counting: content.count, "byte"))"
            )
        }
        expect(basename?.wire, disposition.filename?.wire, "the basename")
        expect(attachment.map { $0 ? "attachment" : "inline" }, disposition.kind?.wire, "the disposition")
        expect(size.map { String($0).wire }, headerFields[.contentLength]?.wire, "Content-Length")
        expect(contentType?.wire, headerFields[.contentType]?.wire, "Content-Type")
        if let mimeType, headerFields[.contentType].map({ Self.isType($0, mimeType) }) != true {
            differences.append("Content-Type is \(headerFields[.contentType] ?? "missing"), expected \(mimeType)")
        }
        return differences
    }

    /// What is wrong with the response whatever was expected.
    var integrityDifferences: [String] {
        var differences: [String] = []
        if let failure {
            differences.append("the download failed after \(String(counting: body.count, "byte")): \(failure)")
        } else if !isFinished {
            differences.append("the response was not finished")
        }
        let hasNoContent = method == .head || status == .notModified
        if hasNoContent && !body.isEmpty {
            differences.append(
                "there \(body.count == 1 ? "is" : "are") \(String(counting: body.count, "byte")) where none may be"
            )
        }
        if !hasNoContent, let length = headerFields[.contentLength], length.wire != String(body.count).wire {
            differences.append(
                "Content-Length is \(length), but \(String(counting: body.count, "byte"))"
                    + " \(body.count == 1 ? "was" : "were") sent"
            )
        }
        if ranGenerator && (hasNoContent || status == .preconditionFailed || status == .rangeNotSatisfiable) {
            differences.append("the generator ran for \(method) answered by \(status)")
        }
        return differences
    }

    /// Whether a Content-Type is `mimeType`, with further parameters or without.
    private static func isType(_ field: String, _ mimeType: String) -> Bool {
        let (field, mimeType) = (field.lowercasedASCII, mimeType.lowercasedASCII)
        guard field.hasOctetPrefix(mimeType) else { return false }
        let rest = field.droppingOctets(mimeType.utf8.count)
        return rest.isEmpty || rest.hasOctetPrefix(";") || rest.hasOctetPrefix(" ")
    }

    /// Up to 60 bytes, so that the one at `place` is among them.
    private static func excerpt(_ bytes: [UInt8], around place: Int) -> String {
        let start = place < 60 ? 0 : place - 30
        let excerpt = bytes[start...].prefix(60)
        let text = String(decoding: excerpt, as: UTF8.self).debugDescription
        return (start > 0 ? "…" : "") + text + (excerpt.endIndex < bytes.endIndex ? "…" : "")
    }
}
