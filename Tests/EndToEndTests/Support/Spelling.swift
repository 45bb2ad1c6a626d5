/// Other ways to write a path, of which a web server may hold some equal, and others not.
enum Spelling {
    /// Spellings of `path`, which begins with a slash, by what is unusual in them.
    static func all(of path: String, host: String) -> [(kind: String, target: String)] {
        let segments = path.split(separator: "/").map(String.init)
        var spellings: [(String, String)] = [("none", path)]
        for index in segments.indices {
            let before = segments[..<index].map { "/\($0)" }.joined()
            let segment = segments[index]
            let after = segments[(index + 1)...].map { "/\($0)" }.joined()
            func add(_ kind: String, _ middle: String) { spellings.append((kind, before + middle + after)) }
            for (kind, separator) in [
                ("two slashes", "//"), ("three slashes", "///"), ("an encoded slash", "%2F"),
                ("an encoded slash", "%2f"),
                ("an encoded slash more", "/%2F"), ("an encoded slash before", "%2F/"), ("a dot", "/./"),
                ("an encoded dot", "/%2e/"), ("an encoded dot", "/%2E/"), ("dots", "/x/../"),
                ("encoded dots", "/x/%2e%2e/"),
                ("half encoded dots", "/x/.%2E/"), ("dots behind encoded slashes", "/x%2F..%2F"), ("dots", "/x/%2E./"),
                ("dots above the root", "/../"), ("a backslash", "/\\"), ("an encoded backslash", "%5C"),
                ("an encoded backslash", "/%5c"), ("dots with a backslash", "/x/..\\"), ("parameters", ";x/"),
                ("an overlong slash", "%C0%AF"), ("a slash encoded twice", "%252F"), ("a fullwidth slash", "%EF%BC%8F"),
                ("a plus", "/+"), ("a space", "/%20"), ("a NUL", "/%00"), ("a tabulator", "/%09"),
                ("a newline", "/%0A"),
            ] { add(kind, separator + segment) }
            for (kind, end) in [
                ("parameters", ";x"), ("parameters", ";x=y"), ("an encoded semicolon", "%3Bx"), ("a dot behind", "."),
                ("an encoded dot behind", "%2E"), ("a space behind", "%20"), ("a NUL behind", "%00"),
                ("a NUL behind, and more", "%00x"), ("a newline behind", "%0A"), ("a plus behind", "+"),
                ("a backslash behind", "\\"), ("invalid UTF-8 behind", "%FF"), ("a letter", "x"),
            ] { add(kind, "/\(segment)\(end)") }
            // Each letter in turn: encoded, encoded twice, and as what Unicode holds equal to it.
            for (place, letter) in zip(segment.utf8.indices, segment.utf8) {
                let code = String(letter, radix: 16)
                let (head, tail) = (segment[..<place], segment[segment.utf8.index(after: place)...])
                add("an encoded letter", "/\(head)%\(code)\(tail)")
                add("an encoded letter", "/\(head)%\(code.uppercased())\(tail)")
                add("a letter encoded twice", "/\(head)%25\(code)\(tail)")
                if letter == UInt8(ascii: "K") { add("a Kelvin sign", "/\(head)%E2%84%AA\(tail)") }
            }
            add("another case", "/" + segment.uppercased())
            add("another case", "/" + segment.lowercased())
        }
        for (kind, end) in [
            ("a slash behind", "/"), ("two slashes behind", "//"), ("an encoded slash behind", "%2F"),
            ("a dot behind", "/."),
            ("dots behind", "/x/.."), ("encoded dots behind", "/x/%2E%2E"), ("a fragment", "#x"),
            ("a fragment", "#/../x"),
            ("an encoded fragment", "%23x"), ("a query", "?x"), ("an encoded query", "%3Fx"),
            ("a query of dots", "?/../x"),
            ("parameters behind a slash", "/;x"), ("an encoded space and a slash", "%20/"),
        ] { spellings.append((kind, path + end)) }
        for scheme in ["http://\(host)", "HTTP://\(host)", "http://x@\(host)"] {
            spellings.append(("an absolute form", scheme + path))
            spellings.append(("an absolute form with two slashes", scheme + "/" + path))
            spellings.append(("an absolute form with an encoded slash", scheme + "/%2F" + path.dropFirst()))
        }
        spellings.append(("no slash", String(path.dropFirst())))
        spellings.append(("a network path", "//\(host)\(path)"))
        return spellings.map { (kind: $0.0, target: $0.1) }
    }
}
