internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// What processes tell each other about generations.
extension SpoolFolder {
    /// Makes the file that a generation's progress is told in; nil if that can't be.
    func makeRecord(of part: PartialFile) -> OpenFile? {
        guard let folder = try? folder(part.key.folder, making: false) else { return nil }
        let name = SpoolName.record(part.key, part.id).text
        let file = try? folder.descriptor.open(
            name,
            [.readWrite, .create, .exclusive, .noFollow],
            permissions: 0o600
        )
        return file.map { OpenFile($0) }
    }

    /// What is told about a generation; nil for nothing.
    func record(of key: SpoolKey, _ id: GenerationID) -> GenerationRecord? {
        guard let folder = try? folder(key.folder, making: false) else { return nil }
        return readRecord(SpoolName.record(key, id).text, in: folder)
    }

    /// The status that clients are answered with since the last generation under a key has failed, in whichever
    /// process; nil if it has not, within the last ten minutes.
    func failure(of key: SpoolKey) -> (id: GenerationID, status: Int)? {
        guard let folder = try? folder(key.folder, making: false), let names = try? folder.descriptor.names() else {
            return nil
        }
        for name in names {
            guard case .record(key, let id)? = SpoolName(name), let failure = readRecord(name, in: folder)?.failure,
                let status = try? folder.descriptor.status(of: name, followingLinks: false),
                WallClock.seconds - status.modified.seconds < GenerationRecord.lifetime
            else { continue }
            return (id, failure)
        }
        return nil
    }

    func removeRecord(of key: SpoolKey, _ id: GenerationID) {
        guard let folder = try? folder(key.folder, making: false) else { return }
        try? folder.descriptor.unlink(SpoolName.record(key, id).text)
    }

    func readRecord(_ name: String, in folder: borrowing OwnedDescriptor) -> GenerationRecord? {
        guard let file = try? folder.descriptor.open(name, [.readOnly, .noFollow, .nonBlocking]) else { return nil }
        let owned = OwnedDescriptor(file)
        return (try? owned.descriptor.readAll(upTo: GenerationRecord.size)).flatMap { GenerationRecord($0) }
    }

    // MARK: - The secret

    /// The 32 bytes that identities are made with, the same for all processes; they are made when they are wanted
    /// first. Nil if the folder can't be used.
    func secret() -> [UInt8]? {
        guard let root = try? OwnedDescriptor(Descriptor.open(path, [.readOnly, .folder])) else { return nil }
        if let bytes = readSecret(in: root) { return bytes }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        let own = ".secret-\(GenerationID().digits)"
        guard
            let file = try? root.descriptor.open(
                own,
                [.writeOnly, .create, .exclusive, .noFollow],
                permissions: 0o600
            )
        else { return nil }
        let owned = OwnedDescriptor(file)
        defer { try? root.descriptor.unlink(own) }
        // After a loss of power an empty secret would stay, and each process would make one of its own.
        guard (try? owned.descriptor.write(bytes)) != nil, (try? owned.descriptor.synchronize()) != nil else {
            return nil
        }
        // The first who is ready has made it.
        guard unsafe linkat(root.descriptor.number, own, root.descriptor.number, Self.secretName, 0) == 0 else {
            return readSecret(in: root)
        }
        return bytes
    }

    private static let secretName = ".secret"

    private func readSecret(in root: borrowing OwnedDescriptor) -> [UInt8]? {
        guard let file = try? root.descriptor.open(Self.secretName, [.readOnly, .noFollow, .nonBlocking]) else {
            return nil
        }
        let owned = OwnedDescriptor(file)
        guard let bytes = try? owned.descriptor.readAll(upTo: 33), bytes.count == 32 else { return nil }
        return bytes
    }
}
