internal import DownloadSystem

/// The paths that an archive has so far: says what is taken, and finds a name that is not.
///
/// It keeps a hash of each, not the path; see ``PathKinds``. Unless case is told apart, the hash is that of the path in
/// lower case.
struct PathTable: ~Copyable {
    /// What to do with a path that is taken.
    private let duplicates: ZipOptions.Duplicates
    private let distinguishesCase: Bool
    private var kinds: PathKinds
    /// The next number to try for a path that was taken: so many that others are rarely searched from the beginning.
    private var nextNumbers: [PathKinds.Key: Int] = [:]
    private static let nextNumberCount = 16_384
    /// The folders that have an entry of their own.
    private var explicit: PathKinds
    /// The folder of the last file: most files have the folder of the one before.
    private var lastFolder: [UInt8] = []

    init(options: ZipOptions) {
        duplicates = options.duplicates
        distinguishesCase = options.distinguishesCase
        kinds = PathKinds(in: options.temporaryDirectory)
        explicit = PathKinds(in: options.temporaryDirectory)
    }

    /// The key of a path, by which it is found.
    private func foldedKey(_ path: ArraySlice<UInt8>) -> PathKinds.Key {
        if distinguishesCase { return PathKinds.Key(path) }
        guard path.contains(where: { $0 >= 0x80 }) else {
            return PathKinds.Key(path.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }[...])
        }
        return PathKinds.Key(Array(String(decoding: path, as: UTF8.self).caseFolded.utf8)[...])
    }

    /// Takes the path of an entry.
    ///
    /// - Returns: The path to use, which is another only if duplicates are numbered; nil for a folder that is there
    ///   already.
    /// - Throws: ``ZipError`` if it is taken.
    mutating func take(_ path: [UInt8], isFolder: Bool) throws(ZipError) -> [UInt8]? {
        let slash = UInt8(ascii: "/")
        var result = path
        let nameEnd = isFolder ? path.count - 1 : path.count
        // The folders that it is in.
        let folderEnd = path[..<nameEnd].lastIndex(of: slash) ?? 0
        if path[..<folderEnd] != lastFolder[...] {
            var end = result[..<folderEnd].firstIndex(of: slash) ?? folderEnd
            while end > 0 {
                end = try takeFolder(&result, upTo: end)
                let rest = result[(end + 1)...].dropLast(isFolder ? 1 : 0)
                end = rest.firstIndex(of: slash) ?? 0
            }
            lastFolder = result.elementsEqual(path) ? Array(path[..<folderEnd]) : []
        }
        if isFolder {
            let end = try takeFolder(&result, upTo: result.count - 1)
            // One that only others needed until now gets its entry.
            return try noteExplicit(result[..<end]) ? result : nil
        }
        guard let kind = try kind(at: result[...]) else {
            set(.file, at: result[...])
            return result
        }
        guard duplicates == .numbered else {
            throw ZipError(kind == .file ? .pathTaken : .fileAndFolder, path: result)
        }
        result = try numbered(result, upTo: result.count, wanting: nil)
        set(.file, at: result[...])
        return result
    }

    /// `path`, or another that is not taken; it is taken then.
    mutating func free(_ path: [UInt8]) throws(ZipError) -> [UInt8] {
        let isFree = try kind(at: path[...]) == nil
        let free = isFree ? path : try numbered(path, upTo: path.count, wanting: nil)
        set(.file, at: free[...])
        return free
    }

    /// Takes the folder that `path` begins with, and numbers it where a file is.
    ///
    /// - Returns: Where it ends now.
    private mutating func takeFolder(_ path: inout [UInt8], upTo end: Int) throws(ZipError) -> Int {
        switch try kind(at: path[..<end]) {
        case .folder: return end
        case nil:
            set(.folder, at: path[..<end])
            return end
        case .file:
            guard duplicates == .numbered else { throw ZipError(.fileAndFolder, path: path[..<end]) }
            let count = path.count
            path = try numbered(path, upTo: end, wanting: .folder)
            let newEnd = end + path.count - count
            set(.folder, at: path[..<newEnd])
            return newEnd
        }
    }

    /// The path with a number behind its first `end` bytes, before the ending: `report (2).pdf`.
    ///
    /// - Parameter wanted: What may be there under the new name already; nil for nothing.
    private mutating func numbered(
        _ path: [UInt8],
        upTo end: Int,
        wanting wanted: PathKinds.Kind?
    ) throws(ZipError) -> [UInt8] {
        let key = foldedKey(path[..<end])
        let start = path[..<end].lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let dot = path[start..<end].lastIndex(of: UInt8(ascii: ".")) ?? end
        let stemEnd = dot == start || wanted == .folder ? end : dot
        var number = wanted == nil ? nextNumbers[key] ?? 2 : 2
        while true {
            let suffix = Array(" (\(number))".utf8)
            let ending = path[stemEnd..<end]
            // The name with its number must fit, too.
            let room = EntryPath.maximumSegmentByteCount - suffix.count - ending.count
            var stem = path[start..<stemEnd]
            if stem.count > room {
                stem = stem.prefix(max(1, room))
                while let next = path[stem.endIndex...].first, next & 0xC0 == 0x80, stem.count > 1 { stem.removeLast() }
            }
            let candidate = path[..<start] + stem + suffix + ending
            let kind = try kind(at: candidate)
            number += 1
            if kind == nil || (wanted != nil && kind == wanted) {
                if wanted == nil {
                    if nextNumbers.count == Self.nextNumberCount { nextNumbers.removeAll(keepingCapacity: true) }
                    nextNumbers[key] = number
                }
                return Array(candidate + path[end...])
            }
        }
    }

    // MARK: - What is where

    private mutating func kind(at path: ArraySlice<UInt8>) throws(ZipError) -> PathKinds.Kind? {
        do throws(SystemError) {
            return try kinds.kind(at: foldedKey(path))
        } catch {
            throw ZipError(.temporaryFile, path: path, reason: error.description)
        }
    }

    private mutating func set(_ kind: PathKinds.Kind, at path: ArraySlice<UInt8>) {
        kinds.set(kind, at: foldedKey(path))
    }

    /// Notes that a folder has an entry of its own; false if that was noted before.
    private mutating func noteExplicit(_ path: ArraySlice<UInt8>) throws(ZipError) -> Bool {
        let key = PathKinds.Key(path)
        do throws(SystemError) {
            guard try explicit.kind(at: key) == nil else { return false }
            explicit.set(.folder, at: key)
            return true
        } catch {
            throw ZipError(.temporaryFile, path: path, reason: error.description)
        }
    }
}
