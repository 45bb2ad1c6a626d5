/// How far a generation is, for those who ask: see ``SpooledFile/generation``.
public struct GenerationStatus: Sendable {
    /// What may become of it.
    public struct State: Sendable, Hashable {
        package enum Storage { case pending, running, whole, failed }
        package let storage: Storage

        /// Nobody has begun it.
        public static var pending: State { State(storage: .pending) }
        /// It is under way, in this process or another.
        public static var running: State { State(storage: .running) }
        /// The content is whole.
        public static var whole: State { State(storage: .whole) }
        /// It has failed, or nobody wants it any more.
        public static var failed: State { State(storage: .failed) }
    }

    /// What tells this run of the generator from every other: 32 hexadecimal digits, 128 random bits.
    public var identity: String
    public var state: State
    /// How many bytes there are.
    public var byteCount: Int64
    /// How many there will be; nil if that is unknown.
    public var size: Int64?
    /// How much of the work is done, as the content itself has said (`ByteSink.progress(_:)`): from 0 to 1, or nil.
    public var estimate: Double?
    /// For how long it has been under way.
    public var elapsed: Duration

    /// How much is done, from 0 to 1: as the content says, or by its size; nil if neither is known.
    public var fraction: Double? {
        if state == .whole { return 1 }
        if let estimate { return estimate }
        guard let size, size > 0 else { return nil }
        return min(1, Double(byteCount) / Double(size))
    }

    /// How long it will take still, if it goes on as it went; nil for the first second, and where nothing is known.
    public var timeLeft: Duration? {
        guard state == .running, let fraction, fraction >= 0.01, elapsed >= .seconds(1) else { return nil }
        return elapsed * ((1 - fraction) / fraction)
    }
}
