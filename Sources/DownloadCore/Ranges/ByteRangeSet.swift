/// The byte ranges that a Range field asks for (RFC 9110 §14.1.2, §14.2).
package struct ByteRangeSet: Sendable, Hashable {
    /// The most ranges that one field may ask for, if nothing else is said.
    package static let defaultMaximumCount = 100

    private enum Spec: Hashable {
        /// From an offset to the end, or to the last byte named.
        case offset(Int64, last: Int64)
        /// So many bytes at the end.
        case suffix(Int64)
    }

    private var specs: [Spec] = []

    /// Reads the value of a Range field.
    ///
    /// Nil means that the field is to be ignored: it is invalid, in another unit than bytes, or asks for more than
    /// `maximumCount` ranges, which clients do not do in earnest. Numbers of any length are legal; those beyond `Int64`
    /// are beyond any content.
    ///
    /// - Parameter maximumCount: How many ranges are taken, satisfiable or not.
    package init?(_ fieldValue: String, maximumCount: Int = Self.defaultMaximumCount) {
        var scanner = FieldScanner(fieldValue)
        scanner.skipWhitespace()
        // The unit's name is case-insensitive (RFC 9110 §14.1); nothing may stand between it and the "=".
        guard scanner.consumeInAnyCase("bytes"), scanner.consume("=") else { return nil }
        scanner.skipWhitespace()
        while !scanner.isAtEnd {
            if scanner.next != UInt8(ascii: ",") {
                guard specs.count < maximumCount, let spec = Self.spec(&scanner) else { return nil }
                specs.append(spec)
                scanner.skipWhitespace()
            }
            guard scanner.isAtEnd || scanner.consume(",") else { return nil }
            scanner.skipWhitespace()
        }
        guard !specs.isEmpty else { return nil }
    }

    /// The only range of a field as almost all clients write it, in a content of `size` bytes: `bytes=0-499` or
    /// `bytes=500-`, with numbers of at most 18 digits.
    ///
    /// Nil for what is written in another way and for what the content has not got: then ``resolved(size:)`` tells.
    static func onlyRange(of fieldValue: String, size: Int64) -> Range<Int64>? {
        guard fieldValue.hasOctetPrefix("bytes=") else { return nil }
        let bytes = fieldValue.utf8Span.span
        var first: Int64?
        var number: Int64 = 0
        var digits = 0
        for index in 6..<bytes.count {
            let byte = bytes[index]
            if byte.isDigit, digits < 18 {
                number = number * 10 + Int64(byte - 0x30)
                digits += 1
            } else {
                guard byte == UInt8(ascii: "-"), first == nil, digits > 0 else { return nil }
                first = number
                number = 0
                digits = 0
            }
        }
        guard let first, digits == 0 || first <= number else { return nil }
        return range(of: .offset(first, last: digits == 0 ? .max : number), size: size)
    }

    private static func spec(_ scanner: inout FieldScanner) -> Spec? {
        let first = scanner.take(while: \.isDigit)
        guard scanner.consume("-") else { return nil }
        let last = scanner.take(while: \.isDigit)
        if first.isEmpty { return last.isEmpty ? nil : .suffix(value(last)) }
        guard !last.isEmpty else { return .offset(value(first), last: .max) }
        guard !isGreater(first, last) else { return nil }
        return .offset(value(first), last: value(last))
    }

    /// The number, or the greatest one if it is greater still.
    private static func value(_ digits: ArraySlice<UInt8>) -> Int64 {
        var value: Int64 = 0
        for digit in digits {
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(Int64(digit - 0x30))
            guard !isTooLarge, !isTooLargeNow else { return .max }
            value = sum
        }
        return value
    }

    private static func isGreater(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        let (x, y) = (value(a), value(b))
        if x < .max || y < .max { return x > y }
        let a = a.drop { $0 == 0x30 }
        let b = b.drop { $0 == 0x30 }
        return a.count != b.count ? a.count > b.count : b.lexicographicallyPrecedes(a)
    }

    /// The ranges that a content of `size` bytes has, in the order they were asked for; empty if it has none of them
    /// (416).
    ///
    /// Each is cut at the end of the content. Those that overlap or touch are made one, at the place of the first of
    /// them.
    package func resolved(size: Int64) -> [Range<Int64>] {
        if specs.count == 1 { return Self.range(of: specs[0], size: size).map { [$0] } ?? [] }
        var result: [Range<Int64>] = []
        result.reserveCapacity(specs.count)
        for spec in specs {
            guard let range = Self.range(of: spec, size: size) else { continue }
            Self.merge(range, into: &result)
        }
        return result
    }

    /// Whether one of the ranges exists in a content of `size` bytes (RFC 9110 §14.1.1).
    ///
    /// It is true where ``resolved(size:)`` has a range, and for the last bytes of an empty content, which are all of
    /// it, though no Content-Range can say so.
    func isSatisfiable(size: Int64) -> Bool {
        specs.contains {
            switch $0 {
            case .offset(let first, _): first < size
            case .suffix(let count): count > 0
            }
        }
    }

    private static func range(of spec: Spec, size: Int64) -> Range<Int64>? {
        guard size > 0 else { return nil }
        switch spec {
        case .offset(let first, let last): return first < size ? first..<(min(last, size - 1) + 1) : nil
        case .suffix(let count): return count > 0 ? max(0, size - count)..<size : nil
        }
    }

    private static func merge(_ range: Range<Int64>, into result: inout [Range<Int64>]) {
        var whole = range
        var place = result.endIndex
        // What has grown may now touch a range that it did not touch before.
        while let index = result.firstIndex(where: {
            $0.lowerBound <= whole.upperBound && whole.lowerBound <= $0.upperBound
        }) {
            let other = result.remove(at: index)
            whole = min(whole.lowerBound, other.lowerBound)..<max(whole.upperBound, other.upperBound)
            place = min(place, index)
        }
        result.insert(whole, at: min(place, result.endIndex))
    }
}
