import DownloadCore

/// The files of an archive's entries, those of each type beside one another: each takes the room of its own fields.
struct FileStores {
    private var stores: [any FileStore] = []
    private var numbers: [ObjectIdentifier: Int] = [:]

    /// Where a file is.
    struct Place {
        var store: Int
        var index: Int
    }

    mutating func append(_ file: any DownloadFile) -> Place {
        var file = file
        // What it wraps takes less room beside others of its type.
        while let wrapper = file as? AnyDownloadFile { file = wrapper.base }
        let type = ObjectIdentifier(type(of: file))
        if let number = numbers[type], let index = stores[number].append(file) {
            return Place(store: number, index: index)
        }
        numbers[type] = stores.count
        stores.append(Self.store(of: file))
        return Place(store: stores.count - 1, index: 0)
    }

    subscript(place: Place) -> any DownloadFile { stores[place.store].file(at: place.index) }

    private static func store(of file: some DownloadFile) -> any FileStore {
        var store = TypedFiles(of: type(of: file))
        _ = store.append(file)
        return store
    }
}

private protocol FileStore {
    /// Where the file is now; nil if it is of another type.
    mutating func append(_ file: any DownloadFile) -> Int?
    func file(at index: Int) -> any DownloadFile
}

private struct TypedFiles<File: DownloadFile>: FileStore {
    private var files = ChunkedArray<File>()

    init(of type: File.Type) {}

    mutating func append(_ file: any DownloadFile) -> Int? {
        guard let file = file as? File else { return nil }
        files.append(file)
        return files.count - 1
    }

    func file(at index: Int) -> any DownloadFile { files[index] }
}
