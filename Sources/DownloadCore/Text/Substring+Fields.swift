extension Substring {
    /// Without the spaces and tabs around it.
    var trimmed: Substring {
        var bytes = utf8
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return Substring(bytes)
    }

    /// The parts between separators that do not stand in a quoted string (RFC 9110 §5.6.4).
    ///
    /// By bytes: a separator with a combining mark behind it is another character, but the same separator.
    func split(at separator: Unicode.Scalar) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var isQuoted = false
        var isEscaped = false
        for index in utf8.indices {
            let byte = utf8[index]
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: separator) {
                parts.append(self[start..<index])
                start = utf8.index(after: index)
            }
        }
        parts.append(self[start...])
        return parts
    }
}
