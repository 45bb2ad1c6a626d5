#if os(Linux)
internal import CLinux

/// The processors of the machine.
package enum Processors {
    /// How many the calling thread may run on: in a container, say, fewer than there are. Zero where that can't be
    /// told.
    package static var available: Int { Int(downloadview_available_processors()) }
}
#endif
