/// A Content-Disposition field, read by the grammar of RFC 6266 and RFC 8187 and nothing else.
///
/// Written from the grammars, on characters, so that it shares nothing with the library that it judges.
struct DispositionField {
    var type = ""
    var filename: String?
    var extendedFilename: String?

    /// The name that a recipient uses (RFC 6266 §4.3).
    var name: String? { extendedFilename ?? filename }

    init?(_ value: String) {
        var rest = Array(value.unicodeScalars)
        guard let type = Self.token(&rest) else { return nil }
        self.type = type
        while !rest.isEmpty {
            guard Self.skip(";", &rest) else { return nil }
            while Self.skip(" ", &rest) {}
            guard let name = Self.token(&rest), Self.skip("=", &rest) else { return nil }
            switch name {
            case "filename" where filename == nil:
                filename = rest.first == "\"" ? Self.quotedString(&rest) : Self.token(&rest)
                if filename == nil { return nil }
            case "filename*" where extendedFilename == nil:
                extendedFilename = Self.extendedValue(&rest)
                if extendedFilename == nil { return nil }
            default:
                return nil
            }
        }
    }

    private static func skip(_ scalar: Unicode.Scalar, _ rest: inout [Unicode.Scalar]) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    private static func token(_ rest: inout [Unicode.Scalar]) -> String? {
        let count = rest.prefix { isAlphanumeric($0) || "!#$%&'*+-.^_`|~".unicodeScalars.contains($0) }.count
        defer { rest.removeFirst(count) }
        return count == 0 ? nil : text(rest.prefix(count))
    }

    private static func quotedString(_ rest: inout [Unicode.Scalar]) -> String? {
        guard skip("\"", &rest) else { return nil }
        var result: [Unicode.Scalar] = []
        while let scalar = rest.first {
            rest.removeFirst()
            if scalar == "\"" { return text(result[...]) }
            guard scalar == "\t" || (" "..."~").contains(scalar) else { return nil }
            if scalar == "\\" {
                guard let escaped = rest.first else { return nil }
                rest.removeFirst()
                result.append(escaped)
            } else {
                result.append(scalar)
            }
        }
        return nil
    }

    private static func extendedValue(_ rest: inout [Unicode.Scalar]) -> String? {
        for scalar in "UTF-8''".unicodeScalars where !skip(scalar, &rest) { return nil }
        var bytes: [UInt8] = []
        while let scalar = rest.first, scalar != ";" {
            rest.removeFirst()
            if scalar == "%" {
                let digits = text(rest.prefix(2))
                guard digits.count == 2, digits.allSatisfy(\.isHexDigit), let byte = UInt8(digits, radix: 16) else {
                    return nil
                }
                bytes.append(byte)
                rest.removeFirst(2)
            } else {
                guard isAlphanumeric(scalar) || "!#$&+-.^_`|~".unicodeScalars.contains(scalar) else { return nil }
                bytes.append(UInt8(scalar.value))
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
