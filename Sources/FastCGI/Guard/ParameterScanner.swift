/// Validates a stream of name-value pairs (FastCGI 1.0 §3.4) as its pieces arrive.
///
/// Pairs may straddle the pieces at any byte. Nothing is stored but the place within the current pair, so the cost is
/// one look at each byte and no allocation.
struct ParameterScanner: Sendable {
    enum Failure: Equatable, Sendable {
        /// More pairs than allowed, or a length beyond what all of them may have.
        case tooLarge
        case refuse(RequestGuard.Reason)
    }

    private enum Stage: Sendable {
        case nameLength, longNameLength, valueLength, longValueLength, name, value
    }

    /// What the value of CONTENT_LENGTH looks like so far.
    private enum Numeral: Sendable {
        case empty, digits, minus, minusOne, invalid
    }

    /// The pairs begun.
    private(set) var count = 0
    /// The number that CONTENT_LENGTH gives; nil when it is absent, empty or -1, which all mean "read to the end".
    private(set) var contentLength: Int?

    private var stage = Stage.nameLength
    /// Bytes of the current stage still to come.
    private var remaining = 0
    /// The length being read, or the value's length while the name is read.
    private var length = 0
    private var nameLength = 0
    /// The last 16 bytes of a name of 14, to be compared with CONTENT_LENGTH wherever the records split it.
    private var nameTail: (high: UInt64, low: UInt64) = (0, 0)
    private var isContentLength = false
    private var sawContentLength = false
    private var numeral = Numeral.empty
    private var number = 0

    /// Whether the stream may end here: not within a pair.
    var isBetweenPairs: Bool { stage == .nameLength }

    /// Scans the next piece of the stream, `bytes[start..<end]`.
    /// - Returns: nil when it is valid so far. After a failure the scanner is of no further use.
    mutating func scan(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        limits: RequestGuard.Limits
    ) -> Failure? {
        var index = start
        while index < end {
            switch stage {
            case .nameLength:
                switch scanWholePairs(bytes, from: &index, to: end, limits) {
                case nil: if index == end { return nil }
                case let failure: return failure
                }
                let byte = bytes[index]
                index += 1
                if byte < 0x80 {
                    nameLength = Int(byte)
                    stage = .valueLength
                } else {
                    beginLongLength(byte, stage: .longNameLength)
                }
            case .longNameLength:
                if takeLengthByte(bytes[index]) {
                    nameLength = length
                    stage = .valueLength
                }
                index += 1
            case .valueLength:
                let byte = bytes[index]
                index += 1
                if byte < 0x80 {
                    length = Int(byte)
                    if let failure = beginPair(limits) { return failure }
                } else {
                    beginLongLength(byte, stage: .longValueLength)
                }
            case .longValueLength:
                let isWhole = takeLengthByte(bytes[index])
                index += 1
                if isWhole, let failure = beginPair(limits) { return failure }
            case .name:
                let stop = index + min(remaining, end - index)
                if let reason = scanName(bytes, from: index, to: stop) { return .refuse(reason) }
                remaining -= stop - index
                index = stop
                if remaining == 0, let failure = beginValue() { return failure }
            case .value:
                let stop = index + min(remaining, end - index)
                if bytes.contains(0, from: index, to: stop) { return .refuse(.nulInParameter) }
                if isContentLength { takeNumeral(bytes, from: index, to: stop) }
                remaining -= stop - index
                index = stop
                if remaining == 0, let failure = endPair() { return failure }
            }
        }
        return nil
    }

    /// Scans pairs as long as each lies within the piece as a whole, without a step of the state for each part.
    ///
    /// It stops before the first pair that does not, or whose text has to be looked at: CONTENT_LENGTH.
    @inline(__always)
    private mutating func scanWholePairs(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        to end: Int,
        _ limits: RequestGuard.Limits
    ) -> Failure? {
        while let pair = bytes.pair(at: index, to: end) {
            let name = pair.name
            guard !name.isEmpty, count < limits.parameterCount, name.count + pair.value.count <= limits.parameterBytes
            else { return nil }
            if name.count == 14, bytes.word(at: name.lowerBound) == 0x5F54_4E45_544E_4F43 { return nil }
            if bytes.contains(0, from: name.lowerBound, to: pair.value.upperBound) { return .refuse(.nulInParameter) }
            if bytes.contains(UInt8(ascii: "="), from: name.lowerBound, to: name.upperBound) {
                return .refuse(.equalsSignInName)
            }
            count += 1
            index = pair.value.upperBound
        }
        return nil
    }

    private mutating func beginLongLength(_ byte: UInt8, stage: Stage) {
        length = Int(byte & 0x7F)
        remaining = 3
        self.stage = stage
    }

    /// Takes the next byte of a four-byte length and returns whether it was the last.
    private mutating func takeLengthByte(_ byte: UInt8) -> Bool {
        length = length << 8 | Int(byte)
        remaining -= 1
        return remaining == 0
    }

    private mutating func beginPair(_ limits: RequestGuard.Limits) -> Failure? {
        count += 1
        if nameLength == 0 { return .refuse(.emptyParameterName) }
        // A length that can never fit is answered before a byte of its text is awaited.
        if count > limits.parameterCount || nameLength + length > limits.parameterBytes { return .tooLarge }
        stage = .name
        remaining = nameLength
        return nil
    }

    private mutating func scanName(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> RequestGuard.Reason? {
        if bytes.contains(0, from: start, to: end) { return .nulInParameter }
        // libfcgi joins name and value with this sign: in a name it would make another parameter of it.
        if bytes.contains(UInt8(ascii: "="), from: start, to: end) { return .equalsSignInName }
        if nameLength == 14 {
            for index in start..<end {
                nameTail.high = nameTail.high << 8 | nameTail.low >> 56
                nameTail.low = nameTail.low << 8 | UInt64(bytes[index])
            }
        }
        return nil
    }

    private mutating func beginValue() -> Failure? {
        // "CONTEN" and "T_LENGTH" in ASCII.
        isContentLength =
            nameLength == 14 && nameTail.low == 0x545F_4C45_4E47_5448
            && nameTail.high & 0xFFFF_FFFF_FFFF == 0x434F_4E54_454E
        if isContentLength {
            numeral = .empty
            number = 0
        }
        stage = .value
        remaining = length
        return length == 0 ? endPair() : nil
    }

    private mutating func takeNumeral(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        for index in start..<end {
            let byte = bytes[index]
            switch (numeral, byte) {
            case (.empty, UInt8(ascii: "-")):
                numeral = .minus
            case (.minus, UInt8(ascii: "1")):
                numeral = .minusOne
            case (.empty, UInt8(ascii: "0")...UInt8(ascii: "9")), (.digits, UInt8(ascii: "0")...UInt8(ascii: "9")):
                numeral = .digits
                // Any number of digits is valid, also of zeros (RFC 9110 §8.6). This many can't overflow 64 bits, and
                // are more than any limit on content.
                if number < 100_000_000_000_000_000 { number = number * 10 + Int(byte - UInt8(ascii: "0")) }
            default:
                numeral = .invalid
            }
        }
    }

    private mutating func endPair() -> Failure? {
        stage = .nameLength
        guard isContentLength else { return nil }
        let value: Int?
        switch numeral {
        case .empty, .minusOne: value = nil
        case .digits: value = number
        case .minus, .invalid: return .refuse(.invalidContentLength)
        }
        // Two different lengths are two different bodies to two readers.
        if sawContentLength && value != contentLength { return .refuse(.invalidContentLength) }
        sawContentLength = true
        contentLength = value
        return nil
    }
}
