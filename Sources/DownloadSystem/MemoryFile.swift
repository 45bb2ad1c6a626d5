#if os(Linux)
internal import CLinux

extension Descriptor {
    /// Makes a file that is in memory alone, and gone when it is closed.
    ///
    /// - Parameter name: What /proc shows it as.
    package static func memoryFile(_ name: String) throws(SystemError) -> Descriptor {
        Descriptor(try SystemError.check("memfd_create", unsafe downloadview_memory_file(name)))
    }
}
#endif
