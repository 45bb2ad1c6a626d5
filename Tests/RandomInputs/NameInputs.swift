import DownloadArchives
import DownloadCore
import Randomness

/// Random paths of entries, eight to an archive.
enum NameInputs {
    static func run(_ count: Int, _ random: inout SeededGenerator) async throws {
        var done = 0
        while done < count {
            let paths = (0..<8).map { _ in path(&random) }
            let entries = paths.map { path in
                random.below(8) == 0
                    ? ZipEntry(folder: path)
                    : ZipEntry(
                        path,
                        ContentFile("x", name: "x"),
                        comment: random.below(9) == 0 ? path : "",
                        method: .stored
                    )
            }
            let options = ZipOptions(duplicates: .numbered, distinguishesCase: random.below(4) == 0)
            let file = try ZipFile(name: "a.zip", options: options, entries: entries)
            var sink = BytesSink()
            try await file.write(to: &sink)
            let bytes = sink.finish()
            try check(file.size == Int64(bytes.count), "\(paths): \(bytes.count) bytes, said \(file.size ?? -1)")
            try checkDirectory(of: bytes, paths)
            done += 8
        }
    }

    private static func path(_ random: inout SeededGenerator) -> String {
        (0..<1 + random.below(4)).map { _ in random.hostileName() }.joined(separator: random.below(5) == 0 ? "\\" : "/")
    }

    /// Goes through the local headers, and checks the names in them.
    private static func checkDirectory(of bytes: [UInt8], _ paths: [String]) throws {
        func number(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
        var position = 0
        var seen: Set<[UInt8]> = []
        while bytes[position + 2] == 3 {
            let nameLength = number(position + 26)
            let name = Array(bytes[position + 30..<position + 30 + nameLength])
            try check(isSafe(name), "\(paths) gave \(String(decoding: name, as: UTF8.self).debugDescription)")
            try check(seen.insert(name).inserted, "\(paths) gave one name twice")
            position += 30 + nameLength + number(position + 28) + number(position + 18)
        }
        try check(bytes[position + 2] == 1 && !seen.isEmpty, "\(paths): no directory behind the entries")
    }

    private static func isSafe(_ name: [UInt8]) -> Bool {
        var path = name
        if path.last == UInt8(ascii: "/") { path.removeLast() }
        let text = String(decoding: name, as: UTF8.self)
        guard Array(text.utf8) == name else { return false }
        return path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { segment in
                !segment.isEmpty && segment.count <= 255 && segment.last != 0x20 && segment.last != UInt8(ascii: ".")
                    && segment.allSatisfy { $0 >= 0x20 && $0 != 0x7f && !#"\<>:"|?*"#.utf8.contains($0) }
            }
    }
}

/// Keeps what is written into it.
struct BytesSink: ByteSink, ~Copyable {
    private var bytes: [UInt8] = []

    mutating func write(_ bytes: RawSpan) async throws { _ = writeAtOnce(bytes) }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
        return true
    }

    consuming func finish() -> [UInt8] { bytes }
}
