/// A request without the parameters that say nothing about it: of some twenty that a web server sends, six are read,
/// and libfcgi allocates each.
enum RequestExcerpt {
    /// Writes the excerpt of a request.
    ///
    /// - Parameters:
    ///   - request: One whole request in the form that libfcgi reads, as the guard has found it.
    ///   - buffer: Where it is written to, if that is as large as the request at least.
    /// - Returns: The excerpt. The request itself if there is none: it has content, or comes in an unusual form, or all
    ///   of its
    ///   parameters may be needed.
    static func make(
        of request: UnsafeRawBufferPointer,
        in buffer: UnsafeMutableRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        unsafe write(request, to: buffer).map { unsafe UnsafeRawBufferPointer(rebasing: buffer[..<$0]) } ?? request
    }

    /// The size of `FCGI_BEGIN_REQUEST`, and of the two empty records that end the parameters and the content.
    private static let edge = 2 * RecordHeader.byteCount

    /// How many bytes were written; nil if there is no excerpt.
    private static func write(_ request: UnsafeRawBufferPointer, to buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let start = edge + RecordHeader.byteCount
        let bytes = unsafe request.assumingMemoryBound(to: UInt8.self).span
        guard bytes.count >= start + edge, buffer.count >= bytes.count else { return nil }
        let header = RecordHeader(bytes, at: edge)
        let end = start + header.contentLength
        // One record of parameters, and nothing but the two ends behind it.
        guard edge + header.recordLength + edge == bytes.count else { return nil }
        var parameters = NeededParameters()
        // What is needed only if another parameter says so, which may come later.
        var ofPath: InlineArray<5, Range<Int>> = InlineArray(repeating: 0..<0)
        var ofPathCount = 0
        var index = start
        var size = start
        func append(_ text: Range<Int>) {
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[size...])
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: request[text]))
            size += text.count
        }
        while let pair = bytes.pair(at: index, to: end) {
            let text = index..<pair.value.upperBound
            let name = unsafe ParameterName(UnsafeRawBufferPointer(rebasing: request[pair.name]))
            index = pair.value.upperBound
            if unsafe parameters.take(name, UnsafeRawBufferPointer(rebasing: request[pair.value])) {
                append(text)
            } else if NeededParameters.isOfPath(name) {
                // Repeated so often they are not from a server.
                guard ofPathCount < ofPath.count else { return nil }
                ofPath[ofPathCount] = text
                ofPathCount += 1
            }
        }
        guard index == end, parameters.areEnough else { return nil }
        if parameters.needPath { for index in 0..<ofPathCount { append(ofPath[index]) } }
        unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: request[..<start]))
        // The length of what is left, and no padding.
        unsafe buffer[edge + 4] = UInt8(truncatingIfNeeded: (size - start) >> 8)
        unsafe buffer[edge + 5] = UInt8(truncatingIfNeeded: size - start)
        unsafe buffer[edge + 6] = 0
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[size...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: request[(bytes.count - edge)...]))
        return size + edge
    }
}

/// Which parameters ``RequestBuilder`` reads of a request that names its target and its host, as almost every one does.
private struct NeededParameters {
    private var hasTarget = false
    private var hasHost = false

    /// Whether nothing else is needed: the builder makes the target and the host of other parameters where they are
    /// missing.
    var areEnough: Bool { hasTarget && hasHost }

    /// Whether it matters how the server has read the path.
    private(set) var needPath = false

    /// Whether the parameter is one of those that tell how the server has read the path.
    static func isOfPath(_ name: ParameterName) -> Bool {
        switch name.count {
        case 11: name == "SCRIPT_NAME"
        case 12: name == "QUERY_STRING"
        case 15: name == "SCRIPT_FILENAME" || name == "SERVER_SOFTWARE"
        default: false
        }
    }

    /// Whether the parameter is one of them.
    mutating func take(_ name: ParameterName, _ value: UnsafeRawBufferPointer) -> Bool {
        let isEmpty = unsafe value.isEmpty
        if name.hasPrefix("HTTP_") {
            if name == "HTTP_HOST" { hasHost = !isEmpty }
            return true
        }
        switch name.count {
        case 5: return name == "HTTPS"
        case 9 where name == "PATH_INFO":
            needPath = needPath || !isEmpty
            return !isEmpty
        case 11:
            if name == "REQUEST_URI" {
                hasTarget = !isEmpty
                needPath = unsafe needPath || value.contains(UInt8(ascii: "%"))
                return true
            }
            return name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "REMOTE_USER"
        case 12: return name == "CONTENT_TYPE" && !isEmpty
        case 14:
            return name == "REQUEST_METHOD" || name == "REQUEST_SCHEME" || (name == "CONTENT_LENGTH" && !isEmpty)
        case 18: return name == "DOWNLOADS_HANDOVER"
        default: return false
        }
    }
}
