/// Room for one record buffer that is in no use: a worker keeps one between two requests, and asks no other for it.
///
/// Not `Sendable`: it belongs to one thread. `@safe`, since it owns the buffer whose address it keeps.
@safe
final class SpareBuffer {
    private var buffer: UnsafeMutablePointer<UInt8>?

    deinit {
        if let buffer = unsafe buffer { unsafe buffer.deallocate() }
    }

    /// The buffer that was put aside here, if there is one.
    func take() -> UnsafeMutablePointer<UInt8>? {
        defer { unsafe buffer = nil }
        return unsafe buffer
    }

    /// Puts a buffer aside; false if there is one already.
    func keep(_ buffer: UnsafeMutablePointer<UInt8>) -> Bool {
        guard unsafe self.buffer == nil else { return false }
        unsafe self.buffer = buffer
        return true
    }
}
