/// The value of a Content-Range field (RFC 9110 §14.4).
package struct ContentRange: Sendable, Hashable, CustomStringConvertible {
    /// The value as the field has it.
    package let description: String

    /// The bytes of `range`, of a content of `size` bytes: `bytes 0-3/10`, or `bytes 0-3/*` if the size is unknown.
    ///
    /// - Precondition: The range is not empty and lies within the content.
    package init(_ range: Range<Int64>, of size: Int64?) {
        precondition(!range.isEmpty && range.lowerBound >= 0, "no such content range: \(range)")
        precondition(size.map { range.upperBound <= $0 } ?? true, "range \(range) is beyond its content")
        description = String(capacity: 8 + 3 * 19) { text in
            text.append("bytes ")
            text.append(decimal: range.lowerBound)
            text.append(UInt8(ascii: "-"))
            text.append(decimal: range.upperBound - 1)
            text.append(UInt8(ascii: "/"))
            if let size { text.append(decimal: size) } else { text.append(UInt8(ascii: "*")) }
        }
    }

    /// None of the ranges asked for exists in a content of `size` bytes: `bytes */10`.
    package static func unsatisfied(size: Int64) -> ContentRange {
        ContentRange(description: "bytes */\(size)")
    }

    private init(description: String) {
        self.description = description
    }
}
