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
                let pair = parameter.trimmed.lowercased()
                if pair.hasPrefix("q=") {
                    weight = Self.thousandths(pair.dropFirst(2))
                } else if weight == nil, !pair.isEmpty {
                    // What follows the weight is no parameter of the type.
                    hasParameters = true
                }
            }
            members.append((value.lowercased(), hasParameters, weight ?? 1000))
        }
    }

    /// The weight of the first of `patterns` that the list names; nil if it names none.
    ///
    /// The patterns have no parameters, so a member without any counts before one with some, which may mean another variant.
    func weight(ofFirst patterns: [String]) -> Int? {
        for pattern in patterns {
            var named = members.first { $0.value == pattern }
            if named?.hasParameters == true {
                named = members.first { $0.value == pattern && !$0.hasParameters } ?? named
            }
            if let named { return named.weight }
        }
        return nil
    }

    /// `0.5`, and what clients write for it against the grammar: `.5`, and more than three digits, of which the others are dropped.
    private static func thousandths(_ weight: Substring) -> Int {
        let parts = weight.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" || whole.isEmpty else { return 0 }
        let digits = parts.count == 2 ? parts[1] : ""
        guard digits.utf8.allSatisfy(\.isDigit) else { return 0 }
        let fraction = Int(digits.prefix(3) + String(repeating: "0", count: max(0, 3 - digits.utf8.count))) ?? 0
        return min(1000, (whole == "1" ? 1000 : 0) + fraction)
    }
}
