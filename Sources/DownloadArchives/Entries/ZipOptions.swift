/// How an archive is made of its entries.
public struct ZipOptions: Sendable, Hashable {
    /// What becomes of an entry whose path is taken.
    public struct Duplicates: Sendable, Hashable {
        private let isNumbered: Bool

        /// The archive fails, before its first byte if its entries are a list: ``ZipError``.
        public static var refused: Duplicates { Duplicates(isNumbered: false) }
        /// The later one gets a number: `report (2).pdf`.
        public static var numbered: Duplicates { Duplicates(isNumbered: true) }
    }

    /// How a stored entry is written whose CRC-32 is not known before its content has passed.
    ///
    /// It is known if the entry has it, and for a content of at most 64 KiB, or of at most 8 MiB that can start in the
    /// middle, which is run for it beforehand.
    public struct UnknownChecksum: Sendable, Hashable {
        private let isFramed: Bool

        /// As deflate that stores (RFC 1951 §3.2.4): every reader takes it, from a pipe, too. The content stays as it
        /// is, with 5 bytes for each 65,535; the size is known beforehand, and the archive can be resumed.
        public static var storedBlocks: UnknownChecksum { UnknownChecksum(isFramed: true) }
        /// As stored with a data descriptor behind it: what Java's `ZipInputStream`, .NET's SharpZipLib and some others
        /// refuse.
        public static var dataDescriptor: UnknownChecksum { UnknownChecksum(isFramed: false) }
    }

    /// What becomes of an entry whose path is taken. The default is ``Duplicates/refused``.
    public var duplicates: Duplicates
    /// Whether paths that differ in case alone are different: `a.txt` and `A.txt`. The default is false, since Windows
    /// and macOS would let the second replace the first, in silence.
    public var distinguishesCase: Bool
    /// How a stored entry is written whose CRC-32 is not known. The default is ``UnknownChecksum/storedBlocks``.
    public var unknownChecksum: UnknownChecksum
    /// Whether an entry that fails before its first byte is left out, instead of failing the download. The default is
    /// false.
    ///
    /// Those that were are listed in a text, the last entry. The archive's size is unknown then, and it cannot be
    /// resumed.
    public var omittingFailedEntries: Bool
    /// Where a temporary file without a name keeps what memory should not: the records of more than some 50,000
    /// planned entries, or of more than some 200,000 that come one by one, 20 to 80 bytes each, and of more than some
    /// 400,000 the paths' hashes, 12 to 24 bytes each. The default is `/var/tmp`, a real disk: `/tmp` is memory on
    /// many machines.
    ///
    /// With nil, or where no file can be made, they are in memory.
    public var temporaryDirectory: String?

    public init(
        duplicates: Duplicates = .refused,
        distinguishesCase: Bool = false,
        unknownChecksum: UnknownChecksum = .storedBlocks,
        omittingFailedEntries: Bool = false,
        temporaryDirectory: String? = "/var/tmp"
    ) {
        self.duplicates = duplicates
        self.distinguishesCase = distinguishesCase
        self.unknownChecksum = unknownChecksum
        self.omittingFailedEntries = omittingFailedEntries
        self.temporaryDirectory = temporaryDirectory
    }
}
