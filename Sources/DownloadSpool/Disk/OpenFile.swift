internal import DownloadSystem

/// An open file, closed when nobody uses it any more.
final class OpenFile: Sendable {
    let descriptor: Descriptor
    /// Whether closing it may take long: the file may have been removed, and its content goes with its last user.
    private let mayBeRemoved: Bool

    init(_ descriptor: Descriptor, mayBeRemoved: Bool = false) {
        self.descriptor = descriptor
        self.mayBeRemoved = mayBeRemoved
    }

    deinit {
        guard mayBeRemoved else { return descriptor.discard() }
        DiskThreads.reading.detach { [descriptor] in descriptor.discard() }
    }
}
