import Foundation
import TestSupport
import Testing

/// Of the files on disk no client gets one outside their folder, whatever it writes and whatever changes meanwhile.
@Suite(.needs(.curl), .blocking, .timeLimit(.minutes(60)))
struct FilesOnDiskTests {
    private static let setups: [Setup] = [.nginx, .proxied, .caddy, .haproxy]
    private static let secret = "outside the folder"

    /// A folder with files and links, and beside it what nobody may have.
    private static func makeFiles(in directory: WorkDirectory) throws -> [String: String] {
        let root = try directory.makeFolder("disk/root")
        for folder in ["sub/deeper", "a", "real"] { _ = try directory.makeFolder("disk/root/\(folder)") }
        try directory.write("inside", to: "disk/root/inside.txt")
        try directory.write("inside, deeper", to: "disk/root/sub/deeper/file.txt")
        try directory.write("inside", to: "disk/root/real/secret.txt")
        try directory.write(secret, to: "disk/secret.txt")
        try directory.write(secret, to: "disk/root.txt")
        for (link, target) in [
            ("out.txt", "../secret.txt"), ("absolute.txt", "\(directory.path)/disk/secret.txt"), ("up", ".."),
            ("sub/up", "../.."), ("root", "/"), ("self", "."), ("proc", "/proc/self/root"),
            ("within.txt", "inside.txt"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: "\(root)/\(link)", withDestinationPath: target)
        }
        return ["TESTSITE_FILES": root]
    }

    private func withSite(_ setup: Setup, _ body: (Site) async throws -> Void) async throws {
        for program in setup.programs where program.path == nil {
            guard Program.allAreRequired else { try Test.cancel(Comment(rawValue: program.advice)) }
            throw Program.Missing(description: program.advice)
        }
        let site = try await Site.start(setup, environment: Self.makeFiles)
        defer { site.directory.close() }
        try await body(site)
    }

    /// Ways out of a folder, in front of a path.
    private static let waysUp: [String] = [
        "../", "..%2f", "..%2F", "%2e%2e/", "%2e%2e%2f", "%2E%2E%2F", ".%2e/", "%2e./", "..\\", "..%5c", "..%5C",
        "%2e%2e%5c",
        "..;/", "..;x/", "..%3b/", "..%00/", "..%20/", "..%09/", "..%0a/", "..%0d%0a/", "..//", "..%2f%2f", "./../",
        "..../", "....//", ".../...//", "..%252f", "%252e%252e/", "%252e%252e%252f", "%25252e%25252e%25252f",
        "..%c0%af", "%c0%ae%c0%ae/", "%c0%ae%c0%ae%c0%af", "..%e0%80%af", "%e0%80%ae%e0%80%ae/", "..%f0%80%80%af",
        "..%ef%bc%8f", "%ef%bc%8e%ef%bc%8e/", "..%e2%88%95", "..%u2215", "%u002e%u002e/", "..%c1%9c", "..%bg%qf",
        "up/", "self/up/", "sub/up/", "up%2f", "root/", "proc/", "sub/../up/",
    ]

    @Test("No spelling of a path leads out of the folder", arguments: setups)
    func traversal(setup: Setup) async throws {
        try await withSite(setup) { site in
            let disk = "\(site.directory.path)/disk"
            var targets: [String] = []
            for route in ["/files/", "/linked/"] {
                for way in Self.waysUp {
                    for depth in [1, 2, 7] {
                        let up = String(repeating: way, count: depth)
                        targets += ["secret.txt", "disk/secret.txt", "etc/passwd"]
                            .flatMap { ["\(route)\(up)\($0)", "\(route)sub/deeper/\(up)\($0)"] }
                    }
                }
                for path in ["out.txt", "absolute.txt", "up/secret.txt", "sub/up/secret.txt", "root\(disk)/secret.txt"]
                {
                    targets.append(route + path)
                }
                for path in [
                    "\(disk)/secret.txt", "/etc/passwd", "%2Fetc%2Fpasswd", "file:///etc/passwd", ".", "..", "",
                ] {
                    targets += [route + path, route + "/" + path]
                }
            }
            for target in targets {
                let answer = try RawAnswer.get(setup.prefix + target, port: site.port)
                let isOutside = answer.body.contains(Self.secret) || answer.body.contains("root:")
                #expect(!isOutside, "\(target): \(answer.status ?? 0)")
            }
            // What resolves to a path inside may be answered; what the folder has, is.
            for (path, content) in [
                ("/files/inside.txt", "inside"), ("/files/sub/deeper/file.txt", "inside, deeper"),
                ("/linked/within.txt", "inside"), ("/linked/self/inside.txt", "inside"),
            ] {
                let answer = try RawAnswer.get(setup.prefix + path, port: site.port)
                #expect(answer.status == 200 && answer.body.contains(content), "\(path): \(answer)")
            }
            for path in ["/files/within.txt", "/files/self/inside.txt", "/files/sub", "/files/nothing"] {
                #expect(try RawAnswer.get(setup.prefix + path, port: site.port).status == 404, "\(path)")
            }
        }
    }

    @Test("Every spelling of a file's path gets that file or nothing", arguments: setups)
    func spellings(setup: Setup) async throws {
        try await withSite(setup) { site in
            for path in ["/files/inside.txt", "/files/sub/deeper/file.txt"] {
                for (kind, target) in Spelling.all(of: setup.prefix + path, host: "127.0.0.1:\(site.port)") {
                    let answer = try RawAnswer.get(target, port: site.port)
                    #expect(!answer.body.contains(Self.secret) && !answer.body.contains("root:"), "\(kind): \(target)")
                    if answer.status == 200 { #expect(answer.body.contains("inside"), "\(kind): \(target)") }
                }
            }
        }
    }

    @Test(
        "A folder that becomes a link to another and back under load gives nothing of the other",
        arguments: [
            Setup.nginx, .proxied,
        ]
    )
    func swapped(setup: Setup) async throws {
        try await withSite(setup) { site in
            let root = "\(site.directory.path)/disk/root"
            // `changing` is in turn the folder `real` and a link to what has a file of the same name outside.
            try FileManager.default.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "..")
            func rename(_ name: String, _ other: String) throws {
                try #require(unsafe Glibc.rename("\(root)/\(name)", "\(root)/\(other)") == 0)
            }
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for client in 0..<4 {
                    group.addTask {
                        var (inside, absent) = (0, 0)
                        for turn in 0..<250 {
                            let route = (client + turn) % 2 == 0 ? "/files" : "/linked"
                            let answer = try RawAnswer.get(
                                "\(setup.prefix)\(route)/changing/secret.txt",
                                port: site.port
                            )
                            #expect(!answer.body.contains(Self.secret))
                            if answer.status == 200, answer.body == "inside" { inside += 1 }
                            if answer.status == 404 { absent += 1 }
                        }
                        return (inside, absent)
                    }
                }
                let swapping = Task(executorPreference: TestExecutor.blocking) {
                    while !Task.isCancelled {
                        try rename("real", "changing")
                        blockingSleep(for: .microseconds(300))
                        try rename("changing", "real")
                        try rename("link", "changing")
                        blockingSleep(for: .microseconds(300))
                        try rename("changing", "link")
                    }
                }
                let counts = try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
                swapping.cancel()
                try await swapping.value
                // Both states were met, and nothing else.
                #expect(counts.0 > 0 && counts.1 > 0 && counts.0 + counts.1 == 1000, "\(counts)")
            }
        }
    }
}
