import TestSupport
import Testing

@testable import FastCGI

/// Mutated conversations.
@Suite(.computing) struct RequestGuardFuzzTests {
    private static let seed: UInt64 = 0xD5_2026_1121
    private static let shards: UInt64 = 8

    /// Small limits, so that mutations reach them.
    private static let limits = RequestGuard.Limits(
        parameterBytes: 600,
        parameterCount: 12,
        bodyBytes: 500,
        records: 40,
        replies: 6
    )

    @Test("what is accepted is what a strict decoder and libfcgi read, however it arrives", arguments: 0..<shards)
    func holdsUnderMutation(shard: UInt64) {
        var random = SeededGenerator(seed: Self.seed &+ shard &* 0x1_0000_0001)
        var mutator = Mutator()
        var accepted = 0
        let inputs = rounds(2500)
        for round in inputs {
            let input = mutator.input(using: &random)
            let whole = Conversation.events(input, limits: Self.limits)
            let size = Int.random(in: 2...40, using: &random)
            let pieces = Conversation.events(input, limits: Self.limits) {
                Int.random(in: 1...size, using: &random)
            }
            guard whole == pieces else {
                Issue.record("shard \(shard), round \(round), pieces: \(input)")
                return
            }
            if round % 16 == 0, Conversation.events(input, limits: Self.limits, pieceSize: { 1 }) != whole {
                Issue.record("shard \(shard), round \(round), byte by byte: \(input)")
                return
            }
            for case .request(let form, let shape) in whole {
                accepted += 1
                guard let strict = DecodedRequest(strictly: form), LibraryReader.read(form) == strict,
                    strict.body.count == shape.bodyLength
                else {
                    Issue.record("shard \(shard), round \(round), accepted: \(input)")
                    return
                }
            }
        }
        // Mutations that never leave a request whole would prove nothing.
        #expect(accepted > inputs.count / 20)
    }

    @Test("no bytes at all make the guard trap", arguments: 0..<4 as Range<UInt64>)
    func survivesNoise(shard: UInt64) {
        var random = SeededGenerator(seed: Self.seed ^ shard)
        for _ in rounds(1000) {
            var bytes = random.bytes(Int.random(in: 0...64, using: &random))
            if !bytes.isEmpty { bytes[0] = 1 }
            let shape = RequestGuard.RequestShape(
                length: Int.random(in: 0...100, using: &random),
                requestID: 1,
                keepConnection: true,
                parameterLength: 0,
                bodyLength: 0,
                isCanonical: false
            )
            // A shape that does not fit the bytes is the caller's mistake, and still harmless.
            #expect(RequestGuard.canonicalForm(of: bytes.span, shape: shape).count <= bytes.count)
            #expect(Conversation.events(bytes) == Conversation.events(bytes) { 3 })
        }
    }
}

/// Turns seeds into inputs: each is one to four mutations away from legal records.
struct Mutator {
    private let seeds: [[[UInt8]]] = {
        let pairs = Wire.pair("CONTENT_LENGTH", "5") + Wire.pair("REQUEST_URI", "/a?b=c") + Wire.pair("E", "")
        let long = Wire.pair((Array("HTTP_COOKIE".utf8), [UInt8](repeating: 120, count: 130)))
        return [
            [
                Wire.begin(), Wire.parameters(pairs, padding: 5), Wire.parameters(), Wire.input([1, 2, 3, 4, 5]),
                Wire.input(),
            ],
            [
                Wire.begin(id: 258, flags: 0), Wire.parameters(id: 258, long), Wire.parameters(id: 258),
                Wire.input(id: 258),
            ],
            [
                Wire.begin(padding: 8), Wire.parameters(Array(pairs.prefix(9))),
                Wire.parameters(Array(pairs.dropFirst(9))),
                Wire.parameters(padding: 1), Wire.input([1, 2]), Wire.input([3, 4, 5], padding: 3),
                Wire.input(padding: 2),
            ],
            [Wire.record(9, id: 0, Wire.pair("FCGI_MAX_CONNS", "") + Wire.pair("FCGI_MPXS_CONNS", ""), padding: 1)],
            [
                Wire.begin(), Wire.begin(id: 2), Wire.parameters(), Wire.input(id: 2, [1]), Wire.record(2, id: 2),
                Wire.input(),
            ],
            [Wire.begin(role: 2), Wire.parameters(), Wire.input(), Wire.begin(), Wire.parameters(), Wire.input()],
            [
                Wire.begin(), Wire.parameters(pairs), Wire.record(2), Wire.begin(id: 3), Wire.parameters(id: 3),
                Wire.input(id: 3),
            ],
            [Wire.record(50, id: 0, [1, 2, 3]), Wire.begin(), Wire.parameters(long), Wire.parameters(), Wire.input()],
        ]
    }()

    mutating func input(using random: inout SeededGenerator) -> [UInt8] {
        var records = seeds[Int.random(in: 0..<seeds.count, using: &random)]
        if Bool.random(using: &random) { records += seeds[Int.random(in: 0..<seeds.count, using: &random)] }
        for _ in 0..<Int.random(in: 0...2, using: &random) { mutate(records: &records, using: &random) }
        var bytes = records.flatMap { $0 }
        for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
            mutate(bytes: &bytes, using: &random)
        }
        return bytes
    }

    private func mutate(records: inout [[UInt8]], using random: inout SeededGenerator) {
        guard !records.isEmpty else { return }
        let place = Int.random(in: 0..<records.count, using: &random)
        let other = Int.random(in: 0..<records.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: records.swapAt(place, other)
        case 1: records.remove(at: place)
        case 2: records.insert(records[place], at: other)
        case 3: records.insert(contentsOf: [[UInt8]](repeating: records[place], count: 45), at: other)
        case 4:
            // A field of the header: type, request, length, padding.
            records[place][Int.random(in: 1...6, using: &random)] = UInt8.random(in: 0...12, using: &random)
        case 5:
            let seed = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            records.insert(seed[Int.random(in: 0..<seed.count, using: &random)], at: place)
        default:
            // The same content in two records.
            let content = Array(records[place].dropFirst(8))
            guard content.count > 1, records[place][6] == 0, records[place][1] == 4 || records[place][1] == 5 else {
                return
            }
            let cut = Int.random(in: 1..<content.count, using: &random)
            let id = UInt16(records[place][2]) * 256 + UInt16(records[place][3])
            let type = records[place][1]
            records[place] = Wire.record(type, id: id, Array(content[..<cut]), padding: 4)
            records.insert(Wire.record(type, id: id, Array(content[cut...])), at: place + 1)
        }
    }

    private func mutate(bytes: inout [UInt8], using random: inout SeededGenerator) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let stop = Int.random(in: place...min(bytes.count, place + 30), using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 1: bytes.removeLast(bytes.count - place)
        case 2: bytes.insert(contentsOf: bytes[place..<stop], at: place)
        case 3: bytes.removeSubrange(place..<stop)
        case 4: bytes.insert(contentsOf: random.bytes(Int.random(in: 1...12, using: &random)), at: place)
        case 5: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 61].randomElement(using: &random) ?? 0
        default:
            for index in place..<min(place + 4, bytes.count) { bytes[index] = 0xFF }
        }
    }
}
