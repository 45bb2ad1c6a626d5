internal import Synchronization

/// Record buffers that are in no use, last used first, so that a busy server keeps to warm memory.
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

    private let unused = Mutex<[Unused]>([])

    deinit {
        for kept in unused.withLock({ $0 }) { unsafe kept.buffer.deallocate() }
    }

    func take() -> UnsafeMutablePointer<UInt8> {
        if let kept = unused.withLock({ $0.popLast() }) { return unsafe kept.buffer }
        return .allocate(capacity: Self.bufferSize)
    }

    func give(_ buffer: UnsafeMutablePointer<UInt8>) {
        let returned = unsafe Unused(buffer: buffer)
        let isKept = unused.withLock { unused in
            guard unused.count < Self.maximumKept else { return false }
            unused.append(returned)
            return true
        }
        if !isKept { unsafe buffer.deallocate() }
    }
}
