/// Until when contents are wanted by people who look at a page, though nobody reads them: values alone.
struct LeaseTable<Key: Hashable, Interest> {
    private var leases: [Key: (interest: Interest, until: Int64)] = [:]

    init() {}

    /// Wants a content until then, or longer if it is already.
    ///
    /// - Parameters:
    ///   - until: When the lease ends, by the clock of ``expire(at:)``.
    ///   - isSame: Whether an interest is in the same run as the new one; another takes its place.
    /// - Returns: The interest that was replaced.
    mutating func renew(
        _ key: Key,
        with interest: Interest,
        until: Int64,
        isSame: (Interest, Interest) -> Bool
    ) -> Interest? {
        guard let lease = leases[key] else {
            leases[key] = (interest, until)
            return nil
        }
        guard isSame(lease.interest, interest) else {
            leases[key] = (interest, until)
            return lease.interest
        }
        leases[key]?.until = max(lease.until, until)
        return nil
    }

    /// Ends the lease of a content.
    mutating func remove(_ key: Key, where condition: (Interest) -> Bool = { _ in true }) -> Interest? {
        guard let lease = leases[key], condition(lease.interest) else { return nil }
        leases[key] = nil
        return lease.interest
    }

    /// Ends the leases whose time is over.
    mutating func expire(at now: Int64) -> [Interest] {
        let over = leases.filter { $0.value.until <= now }
        for key in over.keys { leases[key] = nil }
        return over.values.map(\.interest)
    }

    /// When the next one ends, unless it is renewed; nil if there is none.
    var nextEnd: Int64? { leases.values.map(\.until).min() }

    var count: Int { leases.count }

    var isEmpty: Bool { leases.isEmpty }

    func contains(_ key: Key) -> Bool { leases[key] != nil }
}
