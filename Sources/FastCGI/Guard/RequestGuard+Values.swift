extension RequestGuard.Capacity {
    /// The answer to the names in the content of an `FCGI_GET_VALUES` record (FastCGI 1.0 §4.1): each known name
    /// once, in the order asked, unknown names left out.
    /// - Returns: nil when a name or value does not fit into `bytes[start..<end]`.
    func values(
        namedIn bytes: Span<UInt8>,
        from start: Int,
        to end: Int
    ) -> [(name: StaticString, value: String)]? {
        let known: [(name: StaticString, value: String)] = [
            ("FCGI_MAX_CONNS", String(connections)),
            ("FCGI_MAX_REQS", String(requests)),
            ("FCGI_MPXS_CONNS", "0"),
        ]
        var asked = [false, false, false]
        var result: [(name: StaticString, value: String)] = []
        var index = start
        while index < end {
            guard let nameLength = Self.length(in: bytes, at: &index, end: end),
                let valueLength = Self.length(in: bytes, at: &index, end: end),
                nameLength + valueLength <= end - index
            else { return nil }
            let name = bytes.extracting(index..<index + nameLength)
            for place in known.indices where !asked[place] && name.isEqual(to: known[place].name) {
                asked[place] = true
                result.append(known[place])
            }
            index += nameLength + valueLength
        }
        return result
    }

    private static func length(in bytes: Span<UInt8>, at index: inout Int, end: Int) -> Int? {
        guard index < end else { return nil }
        let first = bytes[index]
        index += 1
        if first < 0x80 { return Int(first) }
        guard end - index >= 3 else { return nil }
        let length = Int(first & 0x7F) << 24 | Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8
        index += 3
        return length | Int(bytes[index - 1])
    }
}

extension Span<UInt8> {
    /// Whether the elements are the ASCII text of `text`.
    fileprivate func isEqual(to text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return "\(text)".utf8.enumerated().allSatisfy { self[$0.offset] == $0.element }
    }
}
