extension StringProtocol {
    /// A text that a client or a view has sent, as it is fit for a line of the log, the status page or an error: cut
    /// between two characters, with the size of the whole behind, and what would end a line, change the order of what
    /// is shown, or not be seen at all, as `<U+202E>`.
    ///
    /// - Parameter maximum: How many bytes of it are kept at most.
    package func excerpt(_ maximum: Int = 256) -> String {
        // Nearly every one.
        if utf8.count <= maximum, utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(self) }
        var result = ""
        var taken = 0
        for scalar in unicodeScalars {
            guard taken + UTF8.width(scalar) <= maximum else {
                return "\(result)… (\(String(counting: utf8.count, "byte")))"
            }
            taken += UTF8.width(scalar)
            if scalar.isDeceptive {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "<U+\(String(repeating: "0", count: Swift.max(0, 4 - digits.count)))\(digits)>"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether it ends a line for some readers, or shows text in another place than it has, or is not seen at all.
    package var isDeceptive: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: true
        default: properties.isDefaultIgnorableCodePoint
        }
    }
}
