import HTTPTypes

/// Builds the few records that are written without libfcgi: refusals and answers to management records.
enum ResponseRecords {
    /// How a request ended for the protocol (FastCGI 1.0 §5.5).
    enum ProtocolStatus: UInt8, Sendable {
        case requestComplete = 0
        case cannotMultiplex = 1
        case overloaded = 2
        case unknownRole = 3
    }

    /// The most content a record of ours carries, in bytes: the largest multiple of eight.
    static let maximumContent = 65_528

    /// An `FCGI_END_REQUEST` record.
    static func endRequest(_ requestID: UInt16, status: ProtocolStatus = .requestComplete) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(2 * RecordHeader.byteCount)
        appendEndRequest(requestID, status: status, to: &output)
        return output
    }

    /// The size of what ends a response, in bytes.
    static let endSize = 3 * RecordHeader.byteCount

    /// Writes what ends a response, an empty `FCGI_STDOUT` and `FCGI_END_REQUEST` with `FCGI_REQUEST_COMPLETE`, where
    /// there is room for ``endSize`` bytes.
    @inline(__always)
    static func writeEnd(_ requestID: UInt16, to buffer: UnsafeMutablePointer<UInt8>) {
        typealias Kind = RecordHeader.Kind
        unsafe RecordHeader(type: Kind.standardOutput, requestID: requestID, contentLength: 0).write(to: buffer)
        unsafe RecordHeader(type: Kind.endRequest, requestID: requestID, contentLength: 8).write(to: buffer + 8)
        // The application's status, of which no web server takes notice, and the protocol's: complete.
        unsafe (buffer + 16).update(repeating: 0, count: 8)
    }

    /// A whole answer: `content` (header section, empty line, body) as `FCGI_STDOUT` records of at most
    /// ``maximumContent`` bytes, the end of that stream, and `FCGI_END_REQUEST`.
    static func answer(_ requestID: UInt16, content: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        let records = content.count / maximumContent + 2
        output.reserveCapacity(content.count + (records + 2) * RecordHeader.byteCount)
        var offset = 0
        while offset < content.count {
            let next = min(content.count, offset + maximumContent)
            RecordHeader(type: RecordHeader.Kind.standardOutput, requestID: requestID, contentLength: next - offset)
                .append(to: &output)
            output.append(contentsOf: content[offset..<next])
            offset = next
        }
        RecordHeader(type: RecordHeader.Kind.standardOutput, requestID: requestID, contentLength: 0).append(to: &output)
        appendEndRequest(requestID, status: .requestComplete, to: &output)
        return output
    }

    /// When a client that was answered 503 may try again, in seconds (RFC 9110 §10.2.3).
    static let retryAfter = 5

    /// A whole small answer in plain text: the status line's words are also the body. A 503 says when to try again.
    static func answer(_ requestID: UInt16, status: HTTPResponse.Status) -> [UInt8] {
        let line = "\(status.code) \(status.reasonPhrase)"
        let retry = status == .serviceUnavailable ? "Retry-After: \(retryAfter)\r\n" : ""
        let content = """
            Status: \(line)\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: \(line.utf8.count + 1)\r
            Cache-Control: no-store\r
            \(retry)\r
            \(line)

            """
        return answer(requestID, content: Array(content.utf8))
    }

    /// An `FCGI_UNKNOWN_TYPE` record: the reply to a management record whose type is not known (FastCGI 1.0 §4.2).
    static func unknownType(_ type: UInt8) -> [UInt8] {
        var output: [UInt8] = []
        RecordHeader(type: RecordHeader.Kind.unknownType, requestID: 0, contentLength: 8).append(to: &output)
        output.append(type)
        output.append(contentsOf: repeatElement(0, count: 7))
        return output
    }

    /// An `FCGI_GET_VALUES_RESULT` record (FastCGI 1.0 §4.1) of names and values shorter than 128 bytes.
    static func valuesResult(_ pairs: [(name: StaticString, value: String)]) -> [UInt8] {
        var content: [UInt8] = []
        for (name, value) in pairs {
            content.append(UInt8(truncatingIfNeeded: name.utf8CodeUnitCount))
            content.append(UInt8(truncatingIfNeeded: value.utf8.count))
            content.append(contentsOf: "\(name)".utf8)
            content.append(contentsOf: value.utf8)
        }
        let padding = (8 - content.count % 8) % 8
        var output: [UInt8] = []
        RecordHeader(
            type: RecordHeader.Kind.getValuesResult,
            requestID: 0,
            contentLength: content.count,
            paddingLength: padding
        )
        .append(to: &output)
        output.append(contentsOf: content)
        output.append(contentsOf: repeatElement(0, count: padding))
        return output
    }

    private static func appendEndRequest(_ requestID: UInt16, status: ProtocolStatus, to output: inout [UInt8]) {
        RecordHeader(type: RecordHeader.Kind.endRequest, requestID: requestID, contentLength: 8).append(to: &output)
        // The application's own status, which web servers do not look at.
        output.append(contentsOf: repeatElement(0, count: 4))
        output.append(status.rawValue)
        output.append(contentsOf: repeatElement(0, count: 3))
    }
}
