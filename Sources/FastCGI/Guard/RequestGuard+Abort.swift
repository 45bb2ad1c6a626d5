extension RequestGuard {
    /// Whether the web server has aborted a request that is being answered (FastCGI 1.0 §5.4).
    ///
    /// - Parameters:
    ///   - id: The identifier of the request.
    ///   - bytes: What has come behind the request, from the beginning of a record on; its end may be missing.
    static func isAborted(_ id: UInt16, in bytes: Span<UInt8>) -> Bool {
        var cursor = 0
        while bytes.count - cursor >= RecordHeader.byteCount, bytes[cursor] == 1 {
            let header = RecordHeader(bytes, at: cursor)
            if header.requestID == id {
                if header.type == RecordHeader.Kind.abortRequest { return true }
                // From here on the identifier is another request's.
                if header.type == RecordHeader.Kind.beginRequest { return false }
            }
            cursor += header.recordLength
        }
        return false
    }
}
