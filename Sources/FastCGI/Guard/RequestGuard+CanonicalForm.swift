extension RequestGuard {
    /// The request alone, as libfcgi reads it correctly: `FCGI_BEGIN_REQUEST`, parameters, their end, body, its end;
    /// no padding and no record of anyone else.
    /// - Parameters:
    ///   - bytes: The bytes that were examined, at least `shape.length` of them.
    ///   - shape: The guard's verdict on them.
    static func canonicalForm(of bytes: Span<UInt8>, shape: RequestShape) -> [UInt8] {
        typealias Kind = RecordHeader.Kind
        let end = min(shape.length, bytes.count)
        var output: [UInt8] = []
        output.reserveCapacity(end)
        var cursor = 0
        while cursor + RecordHeader.byteCount <= end {
            var header = RecordHeader(bytes, at: cursor)
            let content = cursor + RecordHeader.byteCount
            cursor += header.recordLength
            guard cursor <= end else { break }
            guard header.requestID == shape.requestID else { continue }
            switch header.type {
            case Kind.beginRequest, Kind.parameters, Kind.standardInput:
                header.paddingLength = 0
                header.append(to: &output)
                for index in content..<content + header.contentLength { output.append(bytes[index]) }
            default:
                // The guard let no other record of the request through.
                break
            }
        }
        return output
    }
}
