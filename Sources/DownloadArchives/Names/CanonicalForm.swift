/// Unicode's Normalization Form C (UAX #15): one spelling of a name, the composed one, which readers of archives take
/// as it stands.
///
/// The standard library normalizes only behind an underscore; of what it takes, it shows the combining classes. The
/// table has the rest, made from the Unicode Character Database by `Tools/generate-canonical-compositions.py`.
enum CanonicalForm {
    /// `text` in its composed form.
    static func composed(_ text: String) -> String {
        // Nothing below U+0300 composes or decomposes by itself.
        guard text.unicodeScalars.contains(where: { $0.value >= 0x300 }) else { return text }
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { appendDecomposition(of: scalar, to: &scalars) }
        order(&scalars)
        var result = String.UnicodeScalarView()
        result.append(contentsOf: compose(scalars))
        return String(result)
    }

    private static func appendDecomposition(of scalar: Unicode.Scalar, to scalars: inout [Unicode.Scalar]) {
        if let parts = Hangul.parts(of: scalar) {
            scalars += parts
        } else if scalar.value >= 0xC0, let mapping = tables.decompositions[scalar] {
            appendDecomposition(of: mapping.first, to: &scalars)
            if let second = mapping.second { appendDecomposition(of: second, to: &scalars) }
        } else {
            scalars.append(scalar)
        }
    }

    /// Orders the marks behind each letter by their classes; those of one class stay as they are.
    private static func order(_ scalars: inout [Unicode.Scalar]) {
        var start = 0
        while start < scalars.count {
            guard combiningClass(of: scalars[start]) != 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, combiningClass(of: scalars[end]) != 0 { end += 1 }
            if end - start > 1 {
                let marks = scalars[start..<end].enumerated()
                    .map { (order: Int(combiningClass(of: $0.element)) << 32 | $0.offset, scalar: $0.element) }
                    .sorted { $0.order < $1.order }
                scalars.replaceSubrange(start..<end, with: marks.map(\.scalar))
            }
            start = end
        }
    }

    private static func compose(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(scalars.count)
        var starter: Int?
        // The class of what stands between the starter and the next mark; nil where nothing does.
        var lastClass: UInt8?
        for scalar in scalars {
            let itsClass = combiningClass(of: scalar)
            if let place = starter, lastClass.map({ $0 != 0 && $0 < itsClass }) ?? true,
                let composed = composition(of: output[place], scalar)
            {
                output[place] = composed
                continue
            }
            if itsClass == 0 {
                starter = output.count
                lastClass = nil
            } else {
                lastClass = itsClass
            }
            output.append(scalar)
        }
        return output
    }

    private static func composition(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        Hangul.composition(of: first, second) ?? tables.compositions[Pair(first: first, second: second)]
    }

    private static func combiningClass(of scalar: Unicode.Scalar) -> UInt8 {
        scalar.value < 0x300 ? 0 : scalar.properties.canonicalCombiningClass.rawValue
    }

    private struct Pair: Hashable {
        var first: Unicode.Scalar
        var second: Unicode.Scalar
    }

    private struct Tables {
        var decompositions: [Unicode.Scalar: (first: Unicode.Scalar, second: Unicode.Scalar?)] = [:]
        var compositions: [Pair: Unicode.Scalar] = [:]
    }

    private static let tables: Tables = {
        var tables = Tables()
        tables.decompositions.reserveCapacity(2100)
        tables.compositions.reserveCapacity(1000)
        // Unicode equality: this file's own text, in ASCII.
        for entry in "\(entries)".split(whereSeparator: \.isWhitespace) {
            // Unicode equality: this file's own text, in ASCII.
            let isExcluded = entry.first == "!"
            // Unicode equality: this file's own text, in ASCII.
            let values = entry.dropFirst(isExcluded ? 1 : 0).split(separator: ".")
                .compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
            guard values.count >= 2 else { continue }
            let second = values.count > 2 ? values[2] : nil
            tables.decompositions[values[0]] = (values[1], second)
            if let second, !isExcluded { tables.compositions[Pair(first: values[1], second: second)] = values[0] }
        }
        return tables
    }()
}

/// The syllables of Korean, which are composed by arithmetic (The Unicode Standard §3.12).
private enum Hangul {
    private static let syllables: UInt32 = 0xAC00
    private static let leading: UInt32 = 0x1100
    private static let vowels: UInt32 = 0x1161
    /// One before the first trailing consonant: 0 is none.
    private static let trailing: UInt32 = 0x11A7
    private static let vowelCount: UInt32 = 21
    private static let trailingCount: UInt32 = 28
    private static let syllableCount: UInt32 = 19 * 21 * 28

    static func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        guard scalar.value >= syllables, scalar.value < syllables + syllableCount else { return nil }
        let index = scalar.value - syllables
        let values = [
            leading + index / (vowelCount * trailingCount),
            vowels + index / trailingCount % vowelCount,
            trailing + index % trailingCount,
        ]
        return values.prefix(index % trailingCount == 0 ? 2 : 3).compactMap(Unicode.Scalar.init)
    }

    static func composition(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        let (a, b) = (first.value, second.value)
        if a >= leading, a < leading + 19, b >= vowels, b < vowels + vowelCount {
            return Unicode.Scalar(syllables + ((a - leading) * vowelCount + b - vowels) * trailingCount)
        }
        if a >= syllables, a < syllables + syllableCount, (a - syllables) % trailingCount == 0, b > trailing,
            b < trailing + trailingCount
        {
            return Unicode.Scalar(a + b - trailing)
        }
        return nil
    }
}
