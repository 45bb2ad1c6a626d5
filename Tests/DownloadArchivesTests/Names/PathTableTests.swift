import DownloadCore
import Testing

@testable import DownloadArchives

@Suite struct PathTableTests {
    private func paths(
        _ entries: [String],
        _ duplicates: ZipOptions.Duplicates = .refused,
        distinguishesCase: Bool = false
    ) throws -> [String] {
        let options = ZipOptions(duplicates: duplicates, distinguishesCase: distinguishesCase)
        var planner = EntryPlanner(options: options)
        return try entries.compactMap { path in
            let entry = path.hasSuffix("/") ? ZipEntry(folder: path) : ZipEntry(path, ContentFile("x"))
            return try planner.plan(entry).map { String(decoding: $0.path, as: UTF8.self) }
        }
    }

    @Test("Different paths are taken as they are, and a folder is written once")
    func takesDifferentPaths() throws {
        #expect(
            try paths(["a", "b/c", "b/d", "b/", "b/", "e/f/g", "e/f/", "e/h"]) == [
                "a", "b/c", "b/d", "b/", "e/f/g", "e/f/", "e/h",
            ]
        )
    }

    @Test("Paths that differ in case alone are taken for one, unless Unix alone will unpack them")
    func comparesCase() throws {
        for entries in [["A.txt", "a.txt"], ["d/É", "D/é"], ["Σ", "σ"], ["ΟΔΟΣ", "Οδος"], ["x/Y", "X/y"]] {
            let error = #expect(throws: ZipError.self) { try paths(entries) }
            #expect(error?.code == .pathTaken)
            #expect(try paths(entries, distinguishesCase: true) == entries)
        }
        #expect(throws: ZipError.self) { try paths(["photos", "Photos/a"]) }
        // Other letters, though the capitals of some look alike.
        for entries in [["Straße", "Strasse"], ["kırık", "kirik"], ["а", "a"]] {
            #expect(try paths(entries) == entries)
        }
        #expect(try paths(["A.txt", "a.txt", "A.TXT"], .numbered) == ["A.txt", "a (2).txt", "A (3).TXT"])
        // Folders of two spellings are one folder there, and two here.
        #expect(try paths(["P/", "p/", "P/a", "p/b"]) == ["P/", "p/", "P/a", "p/b"])
    }

    @Test(
        "A path that is taken is an error that names it",
        arguments: [["a", "a"], ["x/a", "x//a"], ["é", "e\u{301}"]]
    )
    func refusesDuplicates(entries: [String]) throws {
        let error = #expect(throws: ZipError.self) { try paths(entries) }
        #expect(error?.code == .pathTaken)
    }

    @Test(
        "A file where a folder is, and a folder where a file is, are errors",
        arguments: [["x", "x/y"], ["x/y", "x"], ["x", "x/"], ["x/", "x"], ["a/b", "a/b/c/d"], ["a/b/c/d", "a/b"]]
    )
    func refusesFileAndFolder(entries: [String]) throws {
        let error = #expect(throws: ZipError.self) { try paths(entries) }
        #expect(error?.code == .fileAndFolder)
    }

    @Test("Numbered, a taken path gets a number before its ending")
    func numbers() throws {
        #expect(try paths(["r.pdf", "r.pdf", "r.pdf"], .numbered) == ["r.pdf", "r (2).pdf", "r (3).pdf"])
        #expect(try paths(["r (2).pdf", "r.pdf", "r.pdf"], .numbered) == ["r (2).pdf", "r.pdf", "r (3).pdf"])
        #expect(try paths(["a.d/r", "a.d/r"], .numbered) == ["a.d/r", "a.d/r (2)"])
        #expect(try paths([".x", ".x"], .numbered) == [".x", ".x (2)"])
        #expect(try paths(["x", "x/y", "x/z", "x/"], .numbered) == ["x", "x (2)/y", "x (2)/z", "x (2)/"])
        #expect(try paths(["x/y", "x"], .numbered) == ["x/y", "x (2)"])
        let long = String(repeating: "日", count: 84) + ".t"
        #expect(try paths([long, long], .numbered)[1].utf8.count <= 255)
    }

    @Test("Thousands of equal names are numbered without a search from the beginning")
    func numbersMany() throws {
        let made = try paths(Array(repeating: "a.txt", count: 5000), .numbered)
        #expect(made.last == "a (5000).txt")
        #expect(Set(made).count == 5000)
    }
}
