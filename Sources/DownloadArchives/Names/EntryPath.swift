/// The path of an entry as it stands in the archive: made safe for whoever unpacks it, on every system.
///
/// - The separator is `/`. Empty segments, `.` and `..` are left out, and so is a drive (`C:`) at the beginning:
///   nothing is unpacked outside the folder that the archive is unpacked into.
/// - Control characters, line separators, and the marks that change the direction of text or cannot be seen are left
///   out.
/// - What Windows cannot store becomes `_`: each of `\ < > : " | ? *`. A segment loses the dots and spaces at its end;
///   one that is the name of a device (`CON`, `nul.txt`, `COM1`) gets `_` before it.
/// - Names are in Unicode's composed form (NFC). A segment has at most 255 bytes of UTF-8, cut before its ending.
/// - A segment of which nothing is left is `_`; a path of which nothing is left is `unnamed`.
struct EntryPath {
    /// The most bytes that a file system takes for one name.
    static let maximumSegmentByteCount = 255
    /// The most bytes that a ZIP record takes for the whole path.
    static let maximumByteCount = 65_535

    /// The path in UTF-8; of a folder, with the `/` at its end.
    let bytes: [UInt8]

    /// Makes `path` safe.
    ///
    /// - Throws: ``ZipError`` if it has more than 65,535 bytes then.
    init(_ path: String, isFolder: Bool) throws(ZipError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.utf8.count + 1)
        var isFirst = true
        for segment in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            defer { isFirst = false }
            if Self.isLeftOut(segment, isFirst: isFirst) { continue }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
            if Self.isPlain(segment) {
                bytes.append(contentsOf: segment)
            } else {
                bytes.append(contentsOf: Self.cleaned(Substring(segment)).utf8)
            }
        }
        if bytes.isEmpty { bytes += "unnamed".utf8 }
        if isFolder { bytes.append(UInt8(ascii: "/")) }
        guard bytes.count <= Self.maximumByteCount else {
            throw ZipError(.pathTooLong, path: String(decoding: bytes.prefix(200), as: UTF8.self) + "…")
        }
        self.bytes = bytes
    }

    private static func isLeftOut(_ segment: Substring.UTF8View, isFirst: Bool) -> Bool {
        let dot = UInt8(ascii: ".")
        switch segment.count {
        case 1: return segment.first == dot
        case 2:
            if segment.allSatisfy({ $0 == dot }) { return true }
            return isFirst && segment.last == UInt8(ascii: ":") && segment.first.map(\.isASCIILetter) == true
        default: return false
        }
    }

    /// Whether a segment is safe as it stands; false sends it the longer way.
    private static func isPlain(_ segment: Substring.UTF8View) -> Bool {
        guard segment.count <= maximumSegmentByteCount, let last = segment.last, last != 0x20, last != UInt8(ascii: ".")
        else { return false }
        for byte in segment {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x20, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "+"):
                continue
            default: return false
            }
        }
        return !isDevice(Array(segment))
    }

    private static func cleaned(_ segment: Substring) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in segment.unicodeScalars {
            switch scalar {
            case "\\", "<", ">", ":", "\"", "|", "?", "*": scalars.append("_")
            case _ where isRemoved(scalar): break
            default: scalars.append(scalar)
            }
        }
        trim(&scalars)
        var name = shortened(CanonicalForm.composed(String(scalars)))
        if name.utf8.count < segment.utf8.count {
            // What was cut off may have stood before a dot.
            var rest = name.unicodeScalars
            trim(&rest)
            name = String(rest)
        }
        if isDevice(Array(name.utf8)) { name = shortened("_" + name) }
        return name.isEmpty ? "_" : name
    }

    private static func trim(_ scalars: inout String.UnicodeScalarView) {
        while let last = scalars.last, last == " " || last == "." { scalars.removeLast() }
    }

    /// Whether a character cannot be seen, or changes how others are seen.
    private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0x061c, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
            0xfff9...0xfffb, 0xfffe, 0xffff:
            true
        default: false
        }
    }

    /// Whether Windows takes a name for a device, whatever its ending. The superscript digits count there, too.
    private static func isDevice(_ name: [UInt8]) -> Bool {
        let end = name.firstIndex(of: UInt8(ascii: ".")) ?? name.endIndex
        var stem = name[..<end]
        while stem.last == 0x20 { stem.removeLast() }
        guard stem.count >= 3, stem.count <= 7 else { return false }
        let upper = stem.map { $0 >= 0x61 && $0 <= 0x7a ? $0 - 0x20 : $0 }
        if devices.contains(upper) { return true }
        guard upper.starts(with: "COM".utf8) || upper.starts(with: "LPT".utf8) else { return false }
        let number = upper.dropFirst(3)
        return number.count == 1
            ? number.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            : superscripts.contains { $0.elementsEqual(number) }
    }

    private static let devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].map { Array($0.utf8) }
    private static let superscripts = ["¹", "²", "³"].map { Array($0.utf8) }

    /// `name` cut between characters before its ending, to at most 255 bytes.
    static func shortened(_ name: String, to limit: Int = maximumSegmentByteCount) -> String {
        guard name.utf8.count > limit else { return name }
        // What is longer than this is not an ending: the name just has a dot.
        let dot = name.utf8.suffix(32).lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
        let ending = name[dot...]
        let room = limit - ending.utf8.count
        var stem = String.UnicodeScalarView()
        var used = 0
        for character in name[..<dot] {
            let count = character.utf8.count
            guard used + count <= room else {
                // One character of a letter and hundreds of marks.
                if used == 0 {
                    for scalar in character.unicodeScalars {
                        used += UTF8.width(scalar)
                        guard used <= room else { break }
                        stem.append(scalar)
                    }
                }
                break
            }
            used += count
            stem.append(contentsOf: character.unicodeScalars)
        }
        return String(stem) + ending
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a }
}
