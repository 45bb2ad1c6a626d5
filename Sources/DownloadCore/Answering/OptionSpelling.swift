import HTTPTypes

/// Finds properties of views and files that are meant for an option and miss its name, which no compiler notices.
///
/// Reflection shows stored properties alone: a computed one, a static one and a misspelled hook stay unseen.
package enum OptionSpelling {
    /// A sentence for each property of `view`, and of the views that it is made of, that is probably a misspelled
    /// option.
    package static func warnings(about view: any VirtualDownloadView) -> [String] {
        let inner = (view as? any WrappedDownloadView).map { warnings(about: $0.base) } ?? []
        return warnings(about: view, options: sharedOptions + viewOptions) + inner
    }

    /// A sentence for each property of `file`, and of the files that it is made of, that is probably a misspelled
    /// option.
    package static func warnings(about file: any DownloadFile) -> [String] {
        let inner = (file as? any WrappedDownloadFile).map { warnings(about: $0.base) } ?? []
        return warnings(about: file, options: sharedOptions + fileOptions) + inner
    }

    private static func warnings(about subject: Any, options: [Option]) -> [String] {
        Mirror(reflecting: subject).children
            .compactMap { child in
                guard let name = child.label, !options.contains(where: { $0.name.isOctetEqual(to: name) }),
                    let option = options.first(where: { $0.isMeant(by: name, value: child.value) })
                else { return nil }
                return "\(type(of: subject)).\(name) is not an option and changes nothing: "
                    + "the option is spelled \(option.name)"
            }
    }

    /// One option, and which values it takes.
    private struct Option {
        let name: String
        let accepts: @Sendable (Any) -> Bool

        /// Whether a property is probably this option: it is written like it but for case and underscores, or it takes
        /// the same values and one letter in eight is wrong.
        func isMeant(by property: String, value: Any) -> Bool {
            let (own, other) = (Self.letters(of: name), Self.letters(of: property))
            if own == other { return true }
            return accepts(value) && Self.distance(own, other) <= (own.count + 7) / 8
        }

        private static func letters(of name: String) -> [UInt8] {
            name.lowercasedASCII.utf8.filter { $0 != UInt8(ascii: "_") }
        }

        /// How many letters have to be added, dropped, replaced or swapped with the next.
        private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
            var before: [Int] = []
            var last = Array(0...b.count)
            for i in a.indices {
                var row = [i + 1]
                for j in b.indices {
                    var least = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                    if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                    row.append(least)
                }
                (before, last) = (last, row)
            }
            return last[b.count]
        }
    }

    private static let sharedOptions = [
        Option(name: "attachment") { $0 is Bool? }, Option(name: "basename") { $0 is String? },
        Option(name: "mimeType") { $0 is String? }, Option(name: "charset") { $0 is String? },
        Option(name: "encoding") { $0 is String? }, Option(name: "cacheControl") { $0 is String? },
        Option(name: "expires") { $0 is HTTPDate? }, Option(name: "vary") { $0 is [HTTPField.Name]? },
        Option(name: "headerFields") { $0 is HTTPFields? },
    ]
    private static let viewOptions = [
        Option(name: "methods") { $0 is [HTTPRequest.Method]? },
        Option(name: "maximumSkippedBytes") { $0 is Int? || $0 is Int64? },
        Option(name: "maximumBodySize") { $0 is Int? || $0 is Int64? },
    ]
    private static let fileOptions = [
        Option(name: "size") { $0 is Int? || $0 is Int64? }, Option(name: "contentType") { $0 is String? },
        Option(name: "entityTag") { $0 is EntityTag? }, Option(name: "modificationDate") { $0 is HTTPDate? },
        Option(name: "digest") { $0 is ContentDigest? }, Option(name: "isRepeatable") { $0 is Bool? },
        Option(name: "isSeekable") { $0 is Bool? }, Option(name: "name") { $0 is String? },
    ]
}
