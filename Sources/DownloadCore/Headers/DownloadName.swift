/// A file name that is fit to be sent to a client.
///
/// Of a path only the last segment is left; control characters, line separators and the marks that change the direction of
/// text are gone, so that `"a\u{202E}txt.exe"` cannot pass for a text; it is not `.` or `..`, and at most 255 bytes long, which
/// is what file systems take.
struct DownloadName {
    /// The most bytes of UTF-8 that a name has.
    static let maximumByteCount = 255
    /// What stands for a name, or for its first part, of which nothing is left.
    static let substitute = "download"

    /// The name in full.
    let text: String

    /// Cleans `name`; nil if it is empty.
    init?(_ name: String) {
        guard !name.isEmpty else { return nil }
        let isPlain = name.utf8Span.span.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x5c }
        let short = Self.shortened(isPlain ? name : Self.cleaned(name))
        // Asked of what is left: all else may have been cut off.
        let isUnusable = short.utf8Span.span.allSatisfy { $0 == 0x20 || $0 == UInt8(ascii: ".") }
        text = isUnusable ? Self.substitute : short
    }

    /// The name in visible ASCII, without spaces: for recipients that know no other, and never empty.
    ///
    /// Latin letters lose their marks, spaces become `_`, and whatever has no likeness in ASCII is left out. A `%` before two
    /// hexadecimal digits becomes `_`, since some recipients decode it (RFC 6266 Appendix D). If nothing of the first
    /// part is left, it is `download`: `日本.txt` gives `download.txt`.
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
        let lostItsBeginning = bytes.first == UInt8(ascii: ".") && text.utf8.first != UInt8(ascii: ".")
        // Also of nothing, and of what marks alone kept apart from `..`.
        let saysNothing = bytes.allSatisfy { $0 == UInt8(ascii: ".") }
        if !isComplete || lostItsBeginning || saysNothing { Self.complete(&bytes) }
        for index in bytes.indices.dropLast(2)
        where bytes[index] == UInt8(ascii: "%") && bytes[index + 1].isHexDigit && bytes[index + 2].isHexDigit {
            bytes[index] = UInt8(ascii: "_")
        }
        return Self.shortened(String(decoding: bytes, as: UTF8.self))
    }

    /// Mends a name that letters were left out of: the part before the first dot says something, and no dots are left over.
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

    private static func cleaned(_ name: String) -> String {
        guard name.unicodeScalars.contains(where: { $0 == "/" || $0 == "\\" || isRemoved($0) }) else { return name }
        var scalars = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if scalar == "/" || scalar == "\\" {
                scalars.removeAll(keepingCapacity: true)
            } else if !isRemoved(scalar) {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f: true
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        case 0x200b, 0x2028, 0x2029, 0x2060, 0xfeff, 0xfff9...0xfffb: true
        default: false
        }
    }

    /// `name` cut before its ending, between characters where that is possible, so that it has at most 255 bytes.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > maximumByteCount else { return name }
        // An ending longer than this is none: the name just has a dot.
        let dot = name.utf8.suffix(32).lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
        let ending = name[dot...]
        let room = maximumByteCount - ending.utf8.count
        let stem = name[..<dot]
        var end = stem.startIndex
        var used = 0
        for index in stem.indices {
            used += stem[index].utf8.count
            guard used <= room else { break }
            end = stem.index(after: index)
        }
        if end > stem.startIndex { return String(stem[..<end] + ending) }
        // One character, of a letter and hundreds of marks.
        var scalars = String.UnicodeScalarView()
        used = 0
        for scalar in stem.unicodeScalars {
            used += UTF8.width(scalar)
            guard used <= room else { break }
            scalars.append(scalar)
        }
        return String(scalars) + ending
    }
}
