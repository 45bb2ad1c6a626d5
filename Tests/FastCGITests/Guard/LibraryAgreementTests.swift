import TestSupport
import Testing

@testable import FastCGI

/// Random legal requests: what goes in at the web server's end comes out of libfcgi.
@Suite(.computing) struct LibraryAgreementTests {
    @Test("libfcgi reads exactly what was sent, for 800 random requests, or more", arguments: 0..<8 as Range<UInt64>)
    func readsWhatWasSent(seed: UInt64) {
        var random = SeededGenerator(seed: 0xFC61_0000 + seed)
        for round in rounds(100) {
            let isForeign = Bool.random(using: &random)
            let sent = RandomRequest(isClean: !isForeign, using: &random)
            var requests = 0
            let events = Conversation.events(sent.bytes, limits: RequestGuard.Limits(replies: 1_000))
            for event in events {
                guard case .request(let form, let shape) = event else { continue }
                requests += 1
                #expect(shape.length == sent.bytes.count && shape.bodyLength == sent.expected.body.count)
                #expect(isForeign || shape.isCanonical, "seed \(seed), round \(round)")
                #expect(LibraryReader.read(form) == sent.expected, "seed \(seed), round \(round)")
                // The canonical form of anything is the canonical form of itself.
                let canonical = RequestGuard.canonicalForm(of: form.span, shape: shape)
                #expect(LibraryReader.read(canonical) == sent.expected, "seed \(seed), round \(round)")
            }
            #expect(requests == 1, "seed \(seed), round \(round): \(String(describing: events.last))")
        }
    }

    @Test("The reader of these tests notices what libfcgi cannot read")
    func noticesErrors() {
        #expect(
            LibraryReader.read(Wire.begin() + Wire.parameters([3, 3, 1]) + Wire.parameters() + Wire.input()) == nil
        )
        #expect(LibraryReader.read(Wire.begin(padding: 8) + Wire.parameters() + Wire.input()) == nil)
        #expect(LibraryReader.read(Array(Wire.request().dropLast(8))) == nil)
    }
}

/// A legal request, cut into records at random places.
struct RandomRequest {
    var bytes: [UInt8] = []
    var expected = DecodedRequest()

    /// - Parameter isClean: Whether only what libfcgi reads correctly is put in: padding within the streams.
    init(isClean: Bool, using random: inout SeededGenerator) {
        let id = UInt16.random(in: 1...UInt16.max, using: &random)
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            let sizes = [0, 1, 5, 13, 14, 15, 127, 128, 400, 9_000]
            let valueSize = sizes[
                Int.random(in: 0..<(Int.random(in: 0..<20, using: &random) == 0 ? 10 : 9), using: &random)
            ]
            let name = random.bytes(Int.random(in: 1...20, using: &random)).map { [0, 61].contains($0) ? 65 : $0 }
            let value = random.bytes(valueSize).map { $0 == 0 ? 1 : $0 }
            stream += Wire.pair((name, value), long: Int.random(in: 0..<4, using: &random) == 0)
            expected.parameters.append(name + [61] + value)
        }
        let bodySize = [0, 0, 1, 100, 8_192, 70_000].randomElement(using: &random) ?? 0
        expected.body = random.bytes(bodySize)
        if let length = [nil, "", "-1", String(bodySize), "00\(bodySize)"].randomElement(using: &random) ?? nil {
            stream += Wire.pair("CONTENT_LENGTH", length)
            expected.parameters.append(Array("CONTENT_LENGTH=\(length)".utf8))
        }
        let other = id == 9 ? UInt16(10) : 9
        func disturbance(_ random: inout SeededGenerator) -> [UInt8] {
            guard !isClean else { return [] }
            switch Int.random(in: 0..<24, using: &random) {
            case 0: return Wire.record(2, id: other, padding: 3)
            case 1: return Wire.input(id: other, random.bytes(20))
            case 2: return Wire.parameters(id: other)
            case 3: return Wire.record(9, id: 0, Wire.pair("FCGI_MAX_REQS", ""), padding: 7)
            case 4: return Wire.record(99, id: 0, random.bytes(30))
            default: return []
            }
        }
        func padding(_ random: inout SeededGenerator) -> Int {
            Bool.random(using: &random) ? 0 : Int.random(in: 0...255, using: &random)
        }
        func cut(_ type: UInt8, _ content: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
            var output: [UInt8] = []
            var rest = content[...]
            let largest = [3, 60, 1_000, 65_535].randomElement(using: &random) ?? 1
            while !rest.isEmpty {
                let floor = rest.count / 40
                let piece = rest.prefix(Int.random(in: 1...max(largest, floor + 1), using: &random) + floor)
                    .prefix(65_535)
                output += Wire.record(type, id: id, Array(piece), padding: padding(&random)) + disturbance(&random)
                rest = rest.dropFirst(piece.count)
            }
            return output + Wire.record(type, id: id, padding: isClean ? 0 : padding(&random))
        }
        let flags = UInt8.random(in: 0...3, using: &random)
        bytes = Wire.begin(id: id, flags: flags, padding: isClean ? 0 : padding(&random))
        bytes += disturbance(&random) + cut(4, stream, &random)
        bytes += cut(5, expected.body, &random)
    }
}
