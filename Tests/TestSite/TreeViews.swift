import DownloadArchives
import Randomness
import VirtualDownloads

/// A tree of random files, the same for the same seed: `/test/tree.zip?seed=NUMBER` is an archive of it,
/// `/test/tree.txt?seed=NUMBER` says what is in it.
struct RandomTree {
    struct Leaf {
        var path: String
        var size: Int
        var number: Int
        var modified: HTTPDate
        var permissions: UInt16
        /// How its entry is to be made, of which there are several ways.
        var way: Int
    }

    let leaves: [Leaf]

    /// Scripts, marks that combine, and what archives and shells take for something else.
    private static let letters = [
        "a", "B", "7", " ", "-", "'", "&", "%41", "#", "é", "e\u{301}", "a\u{328}\u{301}", "中", "文件", "日本", "한",
        "مرحبا", "שלום", "ไทย", "हिन्दी", "👩‍👩‍👧", "😀", "🇩🇪", "ß", "Ω",
    ]

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var folders = [""]
        var leaves: [Leaf] = []
        for number in 0..<40 {
            var folder = random.pick(folders)
            if random.below(3) == 0, folder.utf8.count < 200 {
                folder += "\(number)\(Self.name(&random))/"
                folders.append(folder)
            }
            let size = random.pick([0, 1, 300, 65_535, 65_536, 65_537, 131_071, 200_000])
            leaves.append(
                Leaf(
                    path: "\(folder)\(number)\(Self.name(&random)).bin",
                    size: size,
                    number: number,
                    modified: HTTPDate(secondsSince1970: Int64(random.below(1 << 31))),
                    permissions: random.pick([0o644, 0o600, 0o755]),
                    way: random.below(6)
                )
            )
        }
        self.leaves = leaves
    }

    private static func name(_ random: inout SeededGenerator) -> String {
        (0..<1 + random.below(6)).map { _ in random.pick(letters) }.joined() + "x"
    }

    /// The content of a leaf: so many bytes of a period of 256.
    struct Content: DownloadFile {
        let leaf: Leaf
        let isSized: Bool
        let isSeekable: Bool
        var name: String { "leaf.bin" }
        var size: Int64? { isSized ? Int64(leaf.size) : nil }
        var isRepeatable: Bool { true }

        func write(to sink: inout some ByteSink & ~Copyable) async throws {
            try await write(0..<Int64(leaf.size), to: &sink)
        }

        func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
            let bytes = (Int(range.lowerBound)..<Int(range.upperBound))
                .map { UInt8(truncatingIfNeeded: $0 &* 31 &+ leaf.number &* 17) }
            for start in stride(from: 0, to: bytes.count, by: 10_000) {
                try await sink.write(bytes[start..<min(start + 10_000, bytes.count)])
            }
        }
    }
}

struct TreeArchiveView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ZipFile {
        let tree = RandomTree(seed: try request.query.integer("seed", in: 0...UInt64.max) ?? 1)
        let asked = try request.query
        let options = ZipOptions(unknownChecksum: asked["descriptors"] == "1" ? .dataDescriptor : .storedBlocks)
        return try ZipFile(name: "tree.zip", options: options) {
            for leaf in tree.leaves {
                ZipEntry(
                    leaf.path,
                    RandomTree.Content(leaf: leaf, isSized: leaf.way != 0, isSeekable: leaf.way == 1),
                    modified: leaf.modified,
                    permissions: leaf.permissions,
                    method: leaf.way == 2 ? .deflated : leaf.way == 3 ? .deflated(level: 6) : .stored
                )
            }
        }
    }
}

struct TreeListView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        let tree = RandomTree(seed: try request.query.integer("seed", in: 0...UInt64.max) ?? 1)
        let lines = tree.leaves.map { leaf in
            "\(leaf.path)\t\(leaf.size)\t\(leaf.number)\t\(leaf.modified.secondsSince1970)\t\(leaf.permissions)\n"
        }
        return ContentFile(lines.joined(), name: "tree.txt")
    }
}
