/// Decides when what was freed is to be given back to the system: the C library keeps it, in case it is needed again.
struct MemoryReturn {
    /// How far what is held must have fallen, in bytes: 16 MiB, and by half.
    static let fall = 16_777_216
    /// How long between two returns, in milliseconds. They hold up threads that allocate meanwhile.
    static let interval: Int64 = 5000
    /// What a request under way holds besides its unsent content, in bytes: its task, and what its view needs. An
    /// estimate.
    static let requestSize = 8192

    private var peak = 0
    /// Whether there was a request under way since the last return. What views hold, nobody counts.
    private var hasWorked = false
    private var lastReturn: Int64 = .min / 2

    /// Whether to give back what is free now: what is held has fallen far, or all requests are done.
    ///
    /// - Parameters:
    ///   - held: Bytes held for clients.
    ///   - active: Requests under way.
    ///   - now: A monotonic moment in milliseconds.
    mutating func isDue(held: Int, active: Int, at now: Int64) -> Bool {
        let held = held + active * Self.requestSize
        peak = max(peak, held)
        if active > 0 { hasWorked = true }
        let hasFallen = peak - held >= Self.fall && held <= peak / 2
        guard hasFallen || (hasWorked && active == 0), now - lastReturn >= Self.interval else { return false }
        peak = held
        hasWorked = active > 0
        lastReturn = now
        return true
    }
}
