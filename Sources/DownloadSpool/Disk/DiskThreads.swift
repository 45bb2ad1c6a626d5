internal import DownloadSystem

/// The threads of this process that wait for the disk: a request's task never does, since it runs on the server's
/// workers.
enum DiskThreads {
    /// For opening and reading what is not in memory.
    static let reading = BlockingThreads(maximum: 8)
    /// For what may take its time: digests.
    static let computing = BlockingThreads(maximum: 1, niceness: 10)
}
