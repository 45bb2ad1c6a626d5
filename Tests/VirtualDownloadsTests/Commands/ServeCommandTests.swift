import ArgumentParser
import DownloadCore
import Testing

@testable import FastCGI
@testable import VirtualDownloads

private struct EmptyApplication: DownloadApplication {
    var routes: Routes { Routes {} }
}

@Suite struct ServeCommandTests {
    private typealias Root = RootCommand<EmptyApplication>
    private typealias Serve = ServeCommand<EmptyApplication>

    private static func serve(_ arguments: String...) throws -> Serve {
        try #require(try Root.parseAsRoot(arguments) as? Serve)
    }

    @Test("Serving is the default, with a socket for the group and the usual log")
    func defaults() throws {
        let command = try Self.serve()
        #expect(command.listen.isEmpty)
        #expect(command.socketMode.bits == 0o660)
        #expect("\(command.logLevel)" == "info")
        #expect(command.threads >= 1)
        #expect(command.mount.prefix == nil)
    }

    @Test("Options are taken with and without the command's name", arguments: [["serve"], []])
    func options(name: [String]) throws {
        let arguments =
            name + [
                "--listen", "unix:/run/a.sock", "--socket-mode", "0600", "--threads", "3", "--max-threads", "7",
                "--log-level", "debug", "--mount", "/downloads",
            ]
        let command = try #require(try Root.parseAsRoot(arguments) as? Serve)
        #expect(command.listen == [.unix(path: "/run/a.sock")])
        #expect(command.socketMode.bits == 0o600)
        #expect(command.threads == 3)
        #expect(command.maxThreads == 7)
        #expect("\(command.logLevel)" == "debug")
        #expect(command.mount.prefix == "/downloads")
    }

    @Test("What options were called before still holds, and is not in the help")
    func formerNames() throws {
        for (name, value) in [
            ("threads-max", \FastCGIConfiguration.maximumThreads), ("requests-max", \.maximumRequests),
            ("head-max", \.maximumHeadSize), ("body-max", \.maximumBodySize), ("held-max", \.maximumHeldBytes),
        ] {
            #expect(try Self.serve("--threads", "1", "--\(name)", "1024").serverConfiguration[keyPath: value] == 1024)
            #expect(!Root.helpMessage(for: Serve.self).contains(name))
        }
    }

    @Test(
        "A CGI program takes the size of its spool from the environment, and says so where that is none",
        arguments: [
            (nil, 10 << 30, false), ("", 10 << 30, false), ("0", 0, false), ("5000", 5000, false),
            ("10G", 10 << 30, true), ("-1", 10 << 30, true), ("1e9", 10 << 30, true),
        ] as [(String?, Int64, Bool)]
    )
    func spoolSize(text: String?, bytes: Int64, complains: Bool) {
        let (size, complaint) = SpoolOptions.size(of: text)
        #expect(size == bytes)
        #expect((complaint != nil) == complains)
        if complains { #expect(complaint?.contains("“\(text ?? "")”") == true) }
    }

    @Test("Without an option the limits are the server's own")
    func limits() throws {
        let made = try Self.serve().serverConfiguration
        let expected = FastCGIConfiguration()
        #expect(made.receiveLimit == expected.receiveLimit && made.writeLimit == expected.writeLimit)
        #expect(made.drainLimit == expected.drainLimit && made.requestLimit == nil && made.slowRequestLimit == nil)
        #expect(made.maximumThreads == expected.maximumThreads && made.threads == expected.threads)
        #expect(made.maximumRequests == expected.maximumRequests && made.maximumHeldBytes == expected.maximumHeldBytes)
        #expect(made.maximumHeadSize == expected.maximumHeadSize && made.maximumBodySize == expected.maximumBodySize)
    }

    @Test(
        "A wrong option is refused with what to write instead",
        arguments: [
            (["--threads", "0"], "--threads must be between 1 and 1024"),
            (["--threads", "4", "--max-threads", "2"], "--max-threads must be between --threads (4) and 1024"),
            (["--max-threads", "1025"], "and 1024"),
            (["--log-level", "loud"], "trace, debug, info"),
            (["--socket-mode", "999"], "--socket-mode"), (["--socket-mode", "1777"], "from 0000 to 0777"),
            (["--listen", "9000"], "listen"), (["--drain-limit", "-1"], "drain-limit"),
            (["--drain-limit=-1"], "--drain-limit must be a number of seconds"),
            (["--write-limit", "5", "--slow-limit", "nan"], "--slow-limit must be a number of seconds"),
            (["--status-path", "status"], "must begin with a slash"), (["--nothing"], "--nothing"),
            // No request has these paths.
            (["--status-path", "/status?x"], "without a query"), (["--ping-path", "/ping#x"], "without a query"),
            (["--ping-path", "/my ping"], "/my%20ping"), (["--status-path", "/é"], "/%C3%A9"),
            (["--ping-path", "/a", "--status-path", "/a"], "--ping-path and --status-path"),
            (["--ping-path", "/a.json", "--status-path", "/a"], ".json"),
        ]
    )
    func refuses(arguments: [String], message: String) throws {
        let error = try #require(throws: (any Error).self) { try Root.parseAsRoot(arguments) }
        #expect(Root.fullMessage(for: error).contains(message))
        #expect(Root.exitCode(for: error).rawValue == 64)
    }
}
