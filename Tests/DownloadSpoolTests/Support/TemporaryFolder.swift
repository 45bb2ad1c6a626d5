import Foundation
import Glibc

/// A folder of a test's own, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/spool-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        _ = unsafe chmod(path, 0o700)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, with the folders that lead to it.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let place = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: place)
        return place.path
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
    }

    /// All regular files below it but locks, by their paths.
    var files: [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return
            all.filter { name in
                var isFolder: ObjCBool = false
                let exists = unsafe FileManager.default.fileExists(atPath: file(name), isDirectory: &isFolder)
                return exists && !isFolder.boolValue && !name.hasSuffix(".lock")
            }
            .sorted()
    }
}
