extension String {
    /// Its beginning, of at most `count` bytes of UTF-8, cut between two characters; of a first character that is
    /// longer, of a letter and hundreds of marks, between two Unicode scalars.
    package func clipped(toByteCount count: Int) -> String {
        guard utf8.count > count else { return self }
        let limit = utf8.index(startIndex, offsetBy: max(0, count))
        var end = startIndex
        while true {
            let next = index(after: end)
            guard next <= limit else { break }
            end = next
        }
        if end > startIndex || count <= 0 { return String(self[..<end]) }
        var scalars = String.UnicodeScalarView()
        var used = 0
        for scalar in unicodeScalars {
            used += UTF8.width(scalar)
            guard used <= count else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
