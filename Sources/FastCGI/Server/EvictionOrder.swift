/// Which clients pay first when the server has no room left: those that have taken nothing for longest.
///
/// The order is made again at most every ``lifetime``, so that a server at its limits does not look at all its
/// connections for each request.
struct EvictionOrder<Client> {
    struct Candidate {
        var client: Client
        /// Since when the client has taken nothing, in monotonic milliseconds.
        var since: Int64
    }

    /// How long an order holds, in milliseconds.
    static var lifetime: Int64 { 100 }

    private var madeAt: Int64 = .min / 2
    /// The one that has waited longest is the last.
    private var candidates: [Candidate] = []

    /// Takes the client that has waited longest, and at least for `minimum` milliseconds.
    ///
    /// - Parameters:
    ///   - now: A monotonic moment in milliseconds.
    ///   - waiting: All clients that are waited for, in any order.
    mutating func takeLongest(
        waitingFor minimum: Int64,
        at now: Int64,
        among waiting: () -> [Candidate]
    ) -> Candidate? {
        if now - madeAt >= Self.lifetime {
            candidates = waiting().sorted { $0.since > $1.since }
            madeAt = now
        }
        guard let longest = candidates.last, now - longest.since >= minimum else { return nil }
        candidates.removeLast()
        return longest
    }
}
