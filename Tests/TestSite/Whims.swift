import Glibc
import Randomness

/// What a generator of an erratic content does next, by chance; the same for the same seed.
struct Whims: RandomNumberGenerator {
    private var generator: SeededGenerator
    /// What most pieces are like for a while: tiny, near the sizes of buffers, or of any size.
    private var mood = 0
    private var hurry = 0

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> UInt64 { generator.next() }

    mutating func chance(_ one: Int, in many: Int) -> Bool { below(many) < one }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    mutating func pieceSize() -> Int {
        if chance(1, in: 40) { mood = below(5) }
        if chance(1, in: 60) { return 0 }
        switch chance(1, in: 8) ? below(5) : mood {
        case 0: return 1 + below(16)
        case 1: return 1 + below(3000)
        case 2: return (8192 << below(4)) - 40 + below(48)
        case 3: return 65_490 + below(60)
        default: return 1 + below(300_000)
        }
    }

    /// What happens before a piece.
    enum Pause {
        case none
        case yield
        case sleep(microseconds: Int)
        /// On Swift's own threads and back.
        case hop
        case block(microseconds: UInt32)
    }

    mutating func pause() -> Pause {
        if chance(1, in: 40) { hurry = [1, 2, 4, 30, 300][below(5)] }
        guard chance(1, in: max(1, hurry)) else { return .none }
        switch below(100) {
        case 0..<20: return .none
        case 20..<50: return .yield
        case 50..<75: return .sleep(microseconds: below(10) == 0 ? below(5000) : below(300))
        case 75..<90: return .hop
        // Long enough, at times, for the server to look at what its thread has left unsent.
        default: return .block(microseconds: UInt32(chance(1, in: 150) ? 130_000 : below(400)))
        }
    }
}

extension Whims.Pause {
    func take() async throws {
        switch self {
        case .none: break
        case .yield: await Task.yield()
        case .sleep(let microseconds): try await Task.sleep(for: .microseconds(microseconds))
        case .hop: await Task.detached {}.value
        case .block(let microseconds): usleep(microseconds)
        }
    }

    /// What of it a generator can do that is not asynchronous.
    func takeAtOnce() {
        if case .block(let microseconds) = self { usleep(microseconds) }
    }
}
