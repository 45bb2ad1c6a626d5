internal import DownloadCore

/// A segment of a route that may be anything, or anything of a kind: `{name}`, `{id:int}`, `{id}.pdf`, `{path*}`.
struct RouteParameter: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case text
        /// A whole number in its one usual form: without leading zeros, `+` and `-0`.
        case integer
        /// The whole rest of the path, of one segment or more.
        case rest
    }

    var name: WireText
    var kind = Kind.text
    /// What stands before and behind the value in its segment, decoded.
    var prefix: WireText = ""
    var suffix: WireText = ""

    /// The value in a segment; nil if the segment is of another form.
    func value(in segment: WireText) -> WireText? {
        let bytes = segment.text.utf8
        let affixes = prefix.text.utf8.count + suffix.text.utf8.count
        guard bytes.count > affixes, segment.text.hasOctetPrefix(prefix.text), segment.text.hasOctetSuffix(suffix.text)
        else { return nil }
        let value =
            affixes == 0
            ? segment
            : WireText(Substring(bytes.dropFirst(prefix.text.utf8.count).dropLast(suffix.text.utf8.count)))
        return kind != .integer || value.text.isWholeNumber ? value : nil
    }

    /// The parameter without its name: two that are equal so match the same segments.
    var shape: RouteParameter {
        var shape = self
        shape.name = ""
        return shape
    }

    /// Whether it is tried before `other`: the one that says more of its segment is.
    func isMoreSpecific(than other: RouteParameter) -> Bool {
        let lengths = [self, other].map { $0.prefix.text.utf8.count + $0.suffix.text.utf8.count }
        if lengths[0] != lengths[1] { return lengths[0] > lengths[1] }
        return kind == .integer && other.kind == .text
    }
}

extension String {
    /// Whether it is an `Int` as `Int` writes it: another spelling of the same number is another path, for which a web
    /// server may have other rules.
    fileprivate var isWholeNumber: Bool {
        guard let number = Int(self) else { return false }
        return isOctetEqual(to: String(number))
    }
}
