/// Leaves out of a request the parameters that say nothing about it: of some twenty that a web server sends, six are
/// read, and libfcgi allocates each.
enum ParameterFilter {
    /// Writes a request without the parameters that are not needed, its excerpt.
    ///
    /// - Parameters:
    ///   - request: One whole request in the form that libfcgi reads, as the guard has found it.
    ///   - buffer: Where it is written to, if that is as large as the request at least.
    /// - Returns: The excerpt. The request itself if there is none: it has content, or comes in an unusual form, or all
    ///   of its parameters may be needed.
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
            let name = unsafe ParameterText(UnsafeRawBufferPointer(rebasing: request[pair.name]))
            index = pair.value.upperBound
            guard let parameter = KnownParameter(name) else { continue }
            unsafe parameters.note(parameter, UnsafeRawBufferPointer(rebasing: request[pair.value]))
            switch parameter.use {
            case .always: append(text)
            case .unlessEmpty: if !pair.value.isEmpty { append(text) }
            case .path:
                // Repeated so often they are not from a server.
                guard ofPathCount < ofPath.count else { return nil }
                ofPath[ofPathCount] = text
                ofPathCount += 1
            case .authority: break
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

/// Whether the parameters that were met name the target and the host, as those of almost every request do, and what
/// else is needed.
private struct NeededParameters {
    private var hasTarget = false
    private var hasHost = false

    /// Whether ``RequestBuilder`` needs no others: it makes the target and the host of those where they are missing.
    var areEnough: Bool { hasTarget && hasHost }

    private var isPercentEncoded = false
    private var hasPathInfo = false
    private var hasScriptName = false
    private var isVerbatim = false

    /// Whether it matters how the server has read the path.
    var needPath: Bool { isPercentEncoded || (hasPathInfo && (hasScriptName || isVerbatim)) }

    @inline(__always)
    mutating func note(_ parameter: KnownParameter, _ value: UnsafeRawBufferPointer) {
        let isEmpty = unsafe value.isEmpty
        switch parameter {
        case .host: hasHost = !isEmpty
        case .requestURI:
            hasTarget = !isEmpty
            isPercentEncoded = unsafe isPercentEncoded || value.contains(UInt8(ascii: "%"))
        case .pathInfo: hasPathInfo = hasPathInfo || !isEmpty
        case .scriptName: hasScriptName = hasScriptName || !isEmpty
        case .serverSoftware: isVerbatim = unsafe isVerbatim || ServerPathParameters.isVerbatim(value)
        default: break
        }
    }
}
