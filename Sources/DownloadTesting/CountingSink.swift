import DownloadCore

/// Counts what a generator has written, wanted or not.
struct CountingSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    private var base: Base
    private let count: (Int) -> Void

    init(_ base: consuming Base, count: @escaping (Int) -> Void) {
        self.base = base
        self.count = count
    }

    mutating func write(_ bytes: RawSpan) async throws {
        count(bytes.byteCount)
        try await base.write(bytes)
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        guard base.writeAtOnce(bytes) else { return false }
        count(bytes.byteCount)
        return true
    }

    mutating func progress(_ fraction: Double) {
        base.progress(fraction)
    }

    /// The sink behind.
    consuming func finish() -> Base { base }
}
