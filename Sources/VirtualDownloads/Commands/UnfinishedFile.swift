internal import DownloadCore
internal import Glibc

/// A file under a name of its own until it is complete: a failed download must not look like a file, and whatever the
/// user has must stay. A signal that ends the program removes it.
struct UnfinishedFile {
    let path: String
    /// Open for writing; the caller closes it.
    let descriptor: Int32

    /// Creates an empty file beside `destination`; nil, with the reason in `errno`, if there can be none.
    ///
    /// A program has one at a time.
    init?(beside destination: String) {
        let start = destination.utf8.lastIndex(of: UInt8(ascii: "/")).map { destination.utf8.index(after: $0) }
        let folder = start.map { destination[..<$0] } ?? ""
        // A name that is as long as the file system takes, 255 bytes, leaves no room for what is put behind it.
        let name = String(destination[(start ?? destination.startIndex)...]).clipped(toByteCount: 248)
        for number in 1...99 {
            let path = "\(folder)\(name).part\(number == 1 ? "" : String(number))"
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                self.path = path
                self.descriptor = descriptor
                unsafe unfinishedPath = strdup(path)
                Self.removeAtSignals()
                return
            }
            guard errno == EEXIST else { return nil }
        }
        return nil
    }

    /// Gives the file the name of its destination, replacing what is there; false, with the reason in `errno`, if
    /// it can't.
    func move(to destination: String) -> Bool {
        guard unsafe rename(path, destination) == 0 else { return false }
        unsafe unfinishedPath = nil
        return true
    }

    /// Removes the file.
    func remove() {
        unsafe unfinishedPath = nil
        unsafe unlink(path)
    }

    private static func removeAtSignals() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var before = sigaction()
            // A signal that is ignored, as nohup has it, stays so.
            guard unsafe sigaction(number, nil, &before) == 0, unsafe before.__sigaction_handler.sa_handler == nil
            else {
                continue
            }
            signal(number, removeUnfinishedFile)
        }
    }
}

/// The path for the handler of signals.
///
/// `nonisolated(unsafe)`: only the one task that has a file changes it, before the handler is set and when the file is
/// gone. The handler reads a pointer, which changes at once, to memory that stays: it is never freed.
private nonisolated(unsafe) var unfinishedPath: UnsafeMutablePointer<CChar>?

/// Calls nothing but what a handler may (signal-safety(7)).
private nonisolated func removeUnfinishedFile(_ number: Int32) {
    if let path = unsafe unfinishedPath { unsafe unlink(path) }
    signal(number, SIG_DFL)
    raise(number)
}
