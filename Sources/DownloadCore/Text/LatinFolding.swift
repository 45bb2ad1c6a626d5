/// Latin letters and digits as ASCII: é is e, ß is ss, ø is o.
///
/// The table is made from the compatibility decompositions of the Unicode Character Database by
/// `Tools/generate-latin-folding.py`, which also names the letters that have none; the standard library shows
/// decompositions only to Foundation.
enum LatinFolding {
    /// What `scalar` is in ASCII: itself, one or two letters, empty for a combining mark, `_` for a space; nil if it is
    /// not Latin.
    static func ascii(for scalar: Unicode.Scalar) -> String? {
        if scalar.isASCII { return String(scalar) }
        if let text = table[scalar] { return text }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return ""
        case .spaceSeparator: return "_"
        case .dashPunctuation: return "-"
        default: return nil
        }
    }

    private static let table: [Unicode.Scalar: String] = {
        var table: [Unicode.Scalar: String] = [:]
        for (ascii, characters) in groups {
            for scalar in characters.unicodeScalars { table[scalar] = ascii }
        }
        return table
    }()
}
