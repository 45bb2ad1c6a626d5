/// SHA-256 (FIPS 180-4), for names of content, not for secrets: it is not constant in time.
///
/// The core depends on no cryptography package; this is all it would need of one.
struct SHA256 {
    private var state: [8 of UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// The beginning of a block.
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    private static let constants: [64 of UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]

    /// Appends `bytes` to the message.
    mutating func update(_ bytes: [UInt8]) {
        byteCount += UInt64(bytes.count)
        var position = 0
        if !pending.isEmpty {
            position = min(64 - pending.count, bytes.count)
            pending += bytes[..<position]
            guard pending.count == 64 else { return }
            let block = pending
            Self.compress(block.span, at: 0, into: &state)
            pending = []
        }
        while bytes.count - position >= 64 {
            Self.compress(bytes.span, at: position, into: &state)
            position += 64
        }
        pending += bytes[position...]
    }

    /// The 32 bytes of the digest.
    consuming func finalize() -> [UInt8] {
        let bitCount = byteCount * 8
        var padding: [UInt8] = [0x80]
        padding += [UInt8](repeating: 0, count: (119 - pending.count) % 64)
        padding += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bitCount >> UInt64($0)) }
        update(padding)
        return state.indices.flatMap { index in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: state[index] >> UInt32($0)) }
        }
    }

    /// Takes one block of 64 bytes into the state.
    private static func compress(_ bytes: Span<UInt8>, at start: Int, into state: inout [8 of UInt32]) {
        // Nothing here is allocated: a tag is computed for each request, and of contents that are large.
        var w = [64 of UInt32](repeating: 0)
        for index in 0..<16 {
            let place = start + index * 4
            w[index] =
                UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
                | UInt32(bytes[place + 3])
        }
        for index in 16..<64 {
            let a = w[index - 15]
            let b = w[index - 2]
            let sigma0 = Self.rotate(a, 7) ^ Self.rotate(a, 18) ^ (a >> 3)
            let sigma1 = Self.rotate(b, 17) ^ Self.rotate(b, 19) ^ (b >> 10)
            w[index] = w[index - 16] &+ sigma0 &+ w[index - 7] &+ sigma1
        }
        var s = state
        for index in 0..<64 {
            let sum1 = Self.rotate(s[4], 6) ^ Self.rotate(s[4], 11) ^ Self.rotate(s[4], 25)
            let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
            let first = s[7] &+ sum1 &+ choice &+ Self.constants[index] &+ w[index]
            let sum0 = Self.rotate(s[0], 2) ^ Self.rotate(s[0], 13) ^ Self.rotate(s[0], 22)
            let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
            s = [first &+ sum0 &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        for index in state.indices { state[index] &+= s[index] }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }
}
