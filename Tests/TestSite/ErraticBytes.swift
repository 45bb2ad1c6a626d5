/// Blocks of 16 hexadecimal digits, the mixed number of the block: `Tests/Hostile/integrity.py` computes the same.
enum ErraticBytes {
    static let maximumCount = 4_194_304
    static let maximumShift = 2_097_152

    static let all: [UInt8] = {
        let digits = Array("0123456789abcdef".utf8)
        return unsafe [UInt8](unsafeUninitializedCapacity: maximumCount + maximumShift) { bytes, count in
            for block in 0..<bytes.count / 16 {
                var number = UInt64(block) &* 0x9E37_79B9_7F4A_7C15
                number ^= number >> 29
                for place in 0..<16 {
                    unsafe bytes[block * 16 + place] = digits[Int(number >> (60 - UInt64(place) * 4) & 15)]
                }
            }
            count = bytes.count
        }
    }()
}
