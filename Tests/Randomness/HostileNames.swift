extension SeededGenerator {
    /// A file name, from ordinary to made to harm: up to 24 scalars.
    package mutating func hostileName() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<below(25) { scalars.append(hostileScalar()) }
        return String(scalars)
    }

    private static let special = Array(
        ("\r\n\0\t\"\\/%;,='*. ..%%41%2f\u{7f}\u{85}\u{202e}\u{2066}\u{200f}\u{feff}\u{301}\u{a0}"
            + "ßøłﬁé日😀\u{10ffff}\u{fffd}／．")
            .unicodeScalars
    )

    private mutating func hostileScalar() -> Unicode.Scalar {
        switch below(8) {
        case 0...2: pick(Array("abcXYZ019-_.".unicodeScalars))
        case 3...5: pick(Self.special)
        case 6: Unicode.Scalar(UInt8(truncatingIfNeeded: next()))
        default: Unicode.Scalar(UInt32(truncatingIfNeeded: next() % 0x11_0000)) ?? "?"
        }
    }
}
