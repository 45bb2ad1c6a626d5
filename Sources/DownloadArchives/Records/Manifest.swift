import DownloadCore

/// Everything that the bytes of an archive depend on, in a form of its own: what its entity tag is made of.
struct Manifest {
    /// The number of the form that archives are written in. To be raised with every change of their bytes.
    static let format = 1

    private var maker = EntityTag.Maker()
    /// What is not hashed yet.
    private var bytes: [UInt8] = []
    private let isExact: Bool

    /// Describes a list of entries; nil if one of them has neither a strong tag nor a CRC-32.
    ///
    /// - Parameter isExact: Whether equal lists give equal bytes: each content is stored, and its size known.
    /// - Throws: ``ZipError`` if the temporary file of the list can't be read.
    init?(_ entries: EntryList, isExact: Bool) throws(ZipError) {
        self.isExact = isExact
        append("\(Self.format) \(entries.count)")
        var cursor = entries.cursor
        while let entry = try cursor.next()?.entry {
            append(entry.path)
            append(entry.comment)
            append(
                "\(entry.time.dosDate) \(entry.time.dosTime) \(entry.time.seconds.map { "\($0)" } ?? "-") \(entry.mode)"
            )
            append("\(entry.form) \(entry.size.map { "\($0)" } ?? "-") \(entry.isZip64)")
            guard let file = entry.file, entry.size != 0 else { continue }
            if let crc32 = entry.crc32 { append("\(crc32)") }
            if let tag = file.entityTag.optionValue, !tag.isWeak {
                append(tag.value)
            } else if entry.crc32 == nil {
                return nil
            }
        }
    }

    /// A strong tag if the list gives equal bytes everywhere, else a weak one.
    var entityTag: EntityTag {
        var maker = maker
        maker.append(bytes)
        let tag = maker.finish()
        return isExact ? tag : EntityTag(tag.value, isWeak: true)
    }

    private mutating func append(_ text: String) {
        append(text.utf8)
    }

    private mutating func append(_ part: some Collection<UInt8>) {
        // With its length, so that no two lists read alike.
        bytes += "\(part.count):".utf8
        bytes += part
        guard bytes.count >= 4096 else { return }
        maker.append(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
