internal import DownloadSystem
internal import Synchronization

/// Record buffers that are in no use, last used first, so that a busy server keeps to warm memory; and the count of
/// what is held.
final class BufferPool: Sendable {
    /// A record with its header, and room to end the response behind it.
    static let bufferSize = 65_536
    /// How many unused buffers are kept: 2 MiB.
    private static let maximumKept = 32

    /// `@unchecked Sendable`: nobody but the pool has the address of a buffer that it keeps.
    @safe
    private struct Unused: @unchecked Sendable {
        let buffer: UnsafeMutablePointer<UInt8>
    }

    private let unused = Lock<[Unused]>([])
    private let held = Atomic<Int>(0)
    /// Where the calling thread puts a buffer aside.
    private let spare: @Sendable () -> SpareBuffer?

    /// - Parameter spare: The calling thread's room for a buffer of its own; nil where it has none.
    init(spare: @escaping @Sendable () -> SpareBuffer? = { nil }) {
        self.spare = spare
    }

    /// Bytes that wait, outside the pool, for clients to take them, or for the rest of a request to come.
    var heldBytes: Int { held.load(ordering: .relaxed) }

    /// Counts bytes that are held elsewhere; fewer when negative.
    func countHeld(_ change: Int) {
        held.add(change, ordering: .relaxed)
    }

    deinit {
        for kept in unused.withLock({ $0 }) { unsafe kept.buffer.deallocate() }
    }

    /// A block for what a full socket leaves unsent.
    func takeBlock(_ size: Int) -> UnsafeMutableRawBufferPointer {
        held.add(size, ordering: .relaxed)
        return .allocate(byteCount: size, alignment: 1)
    }

    func giveBlock(_ block: UnsafeMutableRawBufferPointer) {
        held.subtract(block.count, ordering: .relaxed)
        unsafe block.deallocate()
    }

    func take() -> UnsafeMutablePointer<UInt8> {
        if let buffer = unsafe spare()?.take() { return unsafe buffer }
        if let kept = unused.withLock({ $0.popLast() }) { return unsafe kept.buffer }
        return .allocate(capacity: Self.bufferSize)
    }

    func give(_ buffer: UnsafeMutablePointer<UInt8>) {
        if unsafe spare()?.keep(buffer) == true { return }
        let returned = unsafe Unused(buffer: buffer)
        let isKept = unused.withLock { unused in
            guard unused.count < Self.maximumKept else { return false }
            unused.append(returned)
            return true
        }
        if !isKept { unsafe buffer.deallocate() }
    }
}
