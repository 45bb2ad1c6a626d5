/// A file name that is fit to be sent to a client.
///
/// It is the last segment of a path, without what is not seen: control characters, line separators, the marks that
/// change the direction of text (so that `"a\u{202E}txt.exe"` cannot pass for a text), and all else that Unicode calls
/// ignorable, but for the joiners and variation selectors of scripts and emoji that need them. Blanks at either end and
/// dots at the end are gone, as they are on a client that runs Windows. It is not `.` or `..`, and has at most
/// ``maximumByteCount`` bytes.
///
/// Names that Windows keeps for devices (`CON`, `nul.txt`) stay: everywhere else they are names, and its browsers
/// rename them (RFC 6266 §4.3).
struct DownloadName {
    /// The most bytes of UTF-8 that a name has.
    ///
    /// File systems take 255, and clients put their own ending behind a name while they download: `.aria2__temp`,
    /// `.crdownload`, ` (1)`. One that finds no room for its record of what is missing may report a download with gaps
    /// as whole.
    static let maximumByteCount = 220
    /// What stands for a name, or for its first part, of which nothing is left.
    static let substitute = "download"

    /// The name in full.
    let text: String
    /// Whether all recipients read it alike between quotes: it is visible ASCII without spaces, quotes, apostrophes and
    /// `%`.
    let isPlain: Bool

    /// Cleans `name`; nil if it is empty.
    init?(_ name: String) {
        let bytes = name.utf8Span.span
        guard !bytes.isEmpty else { return nil }
        // As almost every name.
        if bytes.count <= Self.maximumByteCount, bytes[bytes.count - 1] != UInt8(ascii: "."),
            bytes.allSatisfy(Self.isPlain)
        {
            text = name
            isPlain = true
            return
        }
        let isASCII = bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x5C }
        let last = bytes[bytes.count - 1]
        let isClean =
            (isASCII || name.unicodeScalars.allSatisfy(\.isSurelySeen)) && bytes[0] != 0x20 && last != 0x20
            && last != UInt8(ascii: ".") && bytes.count <= Self.maximumByteCount
        if isClean {
            text = name
        } else {
            let seen = Self.seen(of: name)
            text = seen.isEmpty ? Self.substitute : seen
        }
        isPlain = text.utf8Span.span.allSatisfy(Self.isPlain)
    }

    /// Whether anything of `name` is seen: else a client is told ``substitute``.
    static func isSeen(_ name: String) -> Bool { !seen(of: name).isEmpty }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x22, 0x25, 0x27, 0x2F, 0x5C: false
        default: byte > 0x20 && byte < 0x7F
        }
    }

    /// The name in visible ASCII, without spaces: for recipients that know no other, and never empty.
    ///
    /// Latin letters lose their marks, spaces become `_`, and whatever has no likeness in ASCII is left out. A `%`
    /// before two hexadecimal digits becomes `_`, since some recipients decode it (RFC 6266 Appendix D). If nothing of
    /// the first part is left, it is `download`: `日本.txt` gives `download.txt`.
    var fallback: String {
        var bytes: [UInt8] = []
        var isComplete = true
        bytes.reserveCapacity(text.utf8.count + 8)
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                bytes.append(scalar == " " ? UInt8(ascii: "_") : UInt8(ascii: scalar))
                continue
            }
            guard let ascii = LatinFolding.ascii(for: scalar) else {
                isComplete = false
                continue
            }
            bytes += ascii.utf8
        }
        // Marks alone may have kept a dot from being the last.
        while bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        let lostItsBeginning = bytes.first == UInt8(ascii: ".") && text.utf8.first != UInt8(ascii: ".")
        if !isComplete || lostItsBeginning || bytes.isEmpty { Self.complete(&bytes) }
        for index in bytes.indices.dropLast(2)
        where bytes[index] == UInt8(ascii: "%") && bytes[index + 1].isHexDigit && bytes[index + 2].isHexDigit {
            bytes[index] = UInt8(ascii: "_")
        }
        return Self.shortened(String(decoding: bytes, as: UTF8.self))
    }

    /// Mends a name that letters were left out of: the part before the first dot says something, and no dots are left
    /// over.
    private static func complete(_ bytes: inout [UInt8]) {
        let dot = UInt8(ascii: ".")
        let stem = bytes.prefix { $0 != dot }
        let endings = bytes[stem.endIndex...].split(separator: dot)
        let saysSomething = stem.contains { $0.isLetter || $0.isDigit }
        bytes = saysSomething ? Array(stem) : Array(substitute.utf8)
        for ending in endings {
            bytes.append(dot)
            bytes += ending
        }
    }
}

// MARK: - Cleaning

extension DownloadName {
    /// What is left of `name`; empty for nothing.
    private static func seen(of name: String) -> String {
        let isASCII = name.utf8Span.span.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x5C }
        return shortened(isASCII ? trimmed(name) : cleaned(name))
    }

    /// What is seen of the last segment of `name`.
    private static func cleaned(_ name: String) -> String {
        let start = name.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        let segment = start.map { Substring(name.utf8[$0...].dropFirst()) } ?? Substring(name)
        let scalars = Array(segment.unicodeScalars.filter { !$0.isRemovedFromNames })
        var seen = String.UnicodeScalarView()
        for index in scalars.indices {
            let scalar = scalars[index]
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            // What only changes how its neighbours look is left where it does.
            if scalar.isJoiner {
                guard let last = seen.last, let next, last.canBeJoined, next.canBeJoined else { continue }
            } else if scalar.properties.isVariationSelector {
                let isKeycap = next == "\u{20E3}"
                guard let last = seen.last, isKeycap || last.canBeVaried else { continue }
            }
            seen.append(scalar)
        }
        let text = trimmed(String(seen))
        // Nothing was seen before the ending: without a first part it would be a hidden file.
        guard text.utf8.first == UInt8(ascii: "."), segment.utf8.first != UInt8(ascii: ".") else { return text }
        return substitute + text
    }

    /// The name without blanks at either end and dots at the end. One that begins with its ending then gets a first
    /// part.
    private static func trimmed(_ name: String) -> String {
        var rest = name.unicodeScalars[...]
        while let first = rest.first, first.isBlank { rest.removeFirst() }
        while let last = rest.last, last == "." || last.isBlank { rest.removeLast() }
        let isHiddenByTrimming = rest.first == "." && name.unicodeScalars.first != "."
        return isHiddenByTrimming ? substitute + String(rest) : String(rest)
    }

    /// `name` cut before its ending, between characters where that is possible, so that it has at most
    /// ``maximumByteCount`` bytes.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > maximumByteCount else { return name }
        let end = endingStart(of: name)
        let ending = name[end...]
        let stem = String(name[..<end]).clipped(toByteCount: maximumByteCount - ending.utf8.count)
        return trimmed(stem + ending)
    }

    /// Where the ending begins that must stay: at its dot, or at the dot of `.tar.gz`.
    private static func endingStart(of name: String) -> String.Index {
        // What is longer is not an ending: the name just has a dot.
        guard let dot = name.utf8.suffix(32).lastIndex(of: UInt8(ascii: ".")) else { return name.endIndex }
        let stem = name[..<dot]
        return stem.lowercasedASCII.hasOctetSuffix(".tar") ? name.utf8.index(dot, offsetBy: -4) : dot
    }
}

extension Unicode.Scalar {
    /// Whether it is among those that most names are made of, and stays in them wherever it stands. Of the others the
    /// Unicode database has to be asked, which takes long.
    fileprivate var isSurelySeen: Bool {
        switch value {
        case 0x20...0x7E: value != 0x2F && value != 0x5C
        // Latin, Greek, Cyrillic and Hebrew, with marks; dashes, quotes and the like; kana, ideographs, Hangul.
        case 0xA1...0xAC, 0xAE...0x34E, 0x350...0x377, 0x384...0x5FF, 0x2010...0x2027, 0x3041...0x3096, 0x30A1...0x30FF,
            0x4E00...0x9FFF, 0xAC00...0xD7A3:
            true
        default: false
        }
    }

    /// Whether it is left out of names: a control character, a separator of lines, or what is never seen.
    fileprivate var isRemovedFromNames: Bool {
        // The ASCII and Latin letters that names are mostly made of.
        if value < 0xAD { return value < 0x20 || (0x7F...0x9F).contains(value) }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        // U+FFF9 to U+FFFB hide an annotation; other format characters are either ignorable or seen.
        case .format where (0xFFF9...0xFFFB).contains(value): return true
        default: break
        }
        let isKept = isJoiner || properties.isVariationSelector
        return properties.isNoncharacterCodePoint || (properties.isDefaultIgnorableCodePoint && !isKept)
    }

    /// Whether it joins its neighbours or keeps them apart (ZWNJ, ZWJ).
    fileprivate var isJoiner: Bool { value == 0x200C || value == 0x200D }

    /// Whether a joiner beside it may change how it looks: a letter of a script that joins, an emoji, or a mark.
    fileprivate var canBeJoined: Bool {
        guard value >= 0x300 else { return false }
        return switch properties.generalCategory {
        case .otherLetter, .nonspacingMark, .spacingMark: true
        default: properties.isEmoji
        }
    }

    /// Whether a variation selector behind it may change how it looks.
    fileprivate var canBeVaried: Bool { value >= 0xA9 && !isBlank && !isJoiner && !properties.isVariationSelector }

    /// Whether it shows nothing but takes room: white space, or the Braille pattern without a dot.
    fileprivate var isBlank: Bool { value == 0x20 || value == 0x2800 || properties.isWhitespace }
}
