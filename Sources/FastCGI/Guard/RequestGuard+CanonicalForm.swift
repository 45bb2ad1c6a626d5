extension RequestGuard {
    /// The request alone, as libfcgi reads it correctly: `FCGI_BEGIN_REQUEST`, parameters, their end, body, its end; in
    /// as few records as hold them, without padding, and without a record of anyone else.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that were examined, at least `shape.length` of them.
    ///   - shape: The guard's verdict on them.
    static func canonicalForm(of bytes: Span<UInt8>, shape: RequestShape) -> [UInt8] {
        canonicalForm(of: bytes, length: shape.length, requestID: shape.requestID)
    }

    /// The request under way as if its content ended where it has come to: its head for libfcgi to read.
    ///
    /// - Parameter bytes: Those that were examined, with the whole head.
    func requestSoFar(_ bytes: Span<UInt8>) -> [UInt8] {
        var request = Self.canonicalForm(of: bytes, length: judgedLength, requestID: compactableID)
        RecordHeader(type: RecordHeader.Kind.standardInput, requestID: compactableID, contentLength: 0)
            .append(to: &request)
        return request
    }

    /// Takes out of the bytes of a request under way what need not be held, if that is much: the headers of its many
    /// records, their padding, and records of others. To be called when ``examine(_:)`` wants more bytes.
    ///
    /// Each time it takes out at least as much as it leaves, so that all calls together cost no more than the bytes
    /// did.
    ///
    /// - Parameter bytes: Those that were examined.
    mutating func compact(_ bytes: inout [UInt8]) {
        guard let length = compactableLength else { return }
        let request = Self.canonicalForm(of: bytes.span, length: length, requestID: compactableID)
        bytes = request + bytes[length...]
        didCompact(to: request.count)
    }

    /// The same of the first bytes of a request.
    private static func canonicalForm(of bytes: Span<UInt8>, length: Int, requestID: UInt16) -> [UInt8] {
        typealias Kind = RecordHeader.Kind
        let end = min(length, bytes.count)
        var output: [UInt8] = []
        output.reserveCapacity(end)
        /// The last record that was written, and where, if more may be added to it.
        var open: (header: RecordHeader, offset: Int)?
        var cursor = 0
        while cursor + RecordHeader.byteCount <= end {
            var header = RecordHeader(bytes, at: cursor)
            let content = cursor + RecordHeader.byteCount
            cursor += header.recordLength
            guard cursor <= end else { break }
            guard header.requestID == requestID else { continue }
            switch header.type {
            case Kind.parameters, Kind.standardInput:
                header.paddingLength = 0
                let length = header.contentLength
                if var last = open, last.header.type == header.type, length > 0,
                    last.header.contentLength + length <= RecordHeader.maximumContentLength
                {
                    last.header.contentLength += length
                    last.header.write(to: &output, at: last.offset)
                    open = last
                } else {
                    open = length > 0 ? (header, output.count) : nil
                    header.append(to: &output)
                }
            case Kind.beginRequest:
                header.paddingLength = 0
                open = nil
                header.append(to: &output)
            default:
                // The guard let no other record of the request through that means anything.
                continue
            }
            for index in content..<content + header.contentLength { output.append(bytes[index]) }
        }
        return output
    }
}
