/// Random numbers that are the same in every run: SplitMix64.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// One of `values`.
    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int(truncatingIfNeeded: next() % UInt64(values.count))]
    }

    /// A number below `limit`.
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next() % UInt64(limit))
    }

    /// A file name, from ordinary to made to harm: up to 24 scalars.
    mutating func hostileName() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<below(25) { scalars.append(hostileScalar()) }
        return String(scalars)
    }

    private static let special = Array(
        "\r\n\0\t\"\\/%;,='*. ..%%41%2f\u{7f}\u{85}\u{202e}\u{2066}\u{200f}\u{feff}\u{301}\u{a0}ßøłﬁé日😀\u{10ffff}\u{fffd}／．"
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
