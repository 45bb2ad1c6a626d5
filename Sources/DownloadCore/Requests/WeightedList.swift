/// A list of alternatives with weights: the value of Accept, Accept-Language and the like (RFC 9110 §12.4.2).
struct WeightedList {
    /// An alternative in lower case, without its parameters, whether it had any, and its weight in thousandths.
    var members: [(value: String, hasParameters: Bool, weight: Int)] = []

    /// Reads a field value. A malformed weight makes the alternative unacceptable.
    init(_ field: String) {
        for member in Substring(field).split(at: ",") {
            let parts = member.split(at: ";")
            guard let value = parts.first?.trimmed, !value.isEmpty else { continue }
            var weight: Int?
            var hasParameters = false
            for parameter in parts.dropFirst() {
                let pair = parameter.trimmed.lowercasedASCII
                if pair.hasOctetPrefix("q=") {
                    weight = Self.thousandths(pair.droppingOctets(2))
                } else if weight == nil, !pair.isEmpty {
                    // What follows the weight does not belong to the type.
                    hasParameters = true
                }
            }
            members.append((value.lowercasedASCII, hasParameters, weight ?? 1000))
        }
    }

    /// The weight of the first of `patterns` that the list names; nil if it names none.
    ///
    /// The patterns have no parameters, so a member without any counts before one with some, which may mean another
    /// variant.
    func weight(ofFirst patterns: [String]) -> Int? {
        for pattern in patterns {
            var named = members.first { $0.value.isOctetEqual(to: pattern) }
            if named?.hasParameters == true {
                named = members.first { $0.value.isOctetEqual(to: pattern) && !$0.hasParameters } ?? named
            }
            if let named { return named.weight }
        }
        return nil
    }

    /// `0.5`, and what clients write for it against the grammar: `.5`, and more than three digits, of which the others
    /// are dropped.
    private static func thousandths(_ weight: Substring) -> Int {
        let whole = weight.utf8.prefix { $0 != UInt8(ascii: ".") }
        let digits = weight.utf8.dropFirst(whole.count + 1)
        guard whole.isEmpty || (whole.count == 1 && (0x30...0x31).contains(whole.first ?? 0)),
            digits.allSatisfy(\.isDigit)
        else { return 0 }
        var thousandths = whole.first == 0x31 ? 1 : 0
        for place in 0..<3 { thousandths = thousandths * 10 + Int(digits.dropFirst(place).first ?? 0x30) - 0x30 }
        return min(1000, thousandths)
    }
}
