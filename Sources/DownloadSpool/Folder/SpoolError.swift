/// Why a folder can't be a spool.
public struct SpoolError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        private enum Storage {
            case unusable, unsafe, remote, keyMissing
        }

        private let storage: Storage

        /// The folder can't be made or opened.
        public static let unusable = Code(storage: .unusable)
        /// Others may write to the folder.
        public static let unsafe = Code(storage: .unsafe)
        /// The folder is, or may be, on another machine.
        public static let remote = Code(storage: .remote)
        /// A file has neither a strong entity tag nor was a key given for it.
        public static let keyMissing = Code(storage: .keyMissing)
    }

    public let code: Code
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
