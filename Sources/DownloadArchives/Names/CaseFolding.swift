extension String {
    /// The text with each letter in one form for all of its cases, one scalar for one (Unicode's simple case folding):
    /// texts that Windows and macOS take for one name are equal then. `Σ`, `σ` and the `ς` of a word's end are one
    /// letter; the `ß` stays apart from `ss`, and the dotless `ı` from `i`.
    package var caseFolded: String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            // By the capital: several small letters may have the same.
            let base = upper.count == 1 && scalar != "\u{131}" ? upper.first ?? scalar : scalar
            result.append(contentsOf: base.properties.lowercaseMapping.unicodeScalars)
        }
        return String(result)
    }
}
