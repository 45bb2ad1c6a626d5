/// The same numbers for the same seed, on every machine (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number below `limit`.
    package mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    /// One of `values`, of which there must be some.
    package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        // Eight at a time: one by one they would be most of what a debug build does with random inputs.
        let words = (0..<(count + 7) / 8).map { _ in next().littleEndian }
        return unsafe words.withUnsafeBytes { unsafe Array($0.prefix(count)) }
    }
}
