import Foundation
import TestSupport
import Testing

/// What a view has compressed reaches the client as it is, behind each server.
@Suite(.sites, .blocking, .timeLimit(.minutes(60)))
struct CompressionTests {
    private static let path = "/test/compressed/rows.csv"

    private func site(_ setup: Setup) async throws -> Site { try await Sites.current.site(setup) }

    @Test("It is compressed once, though the server compresses, too", arguments: Setup.allCases, ["gzip", "zstd"])
    func compressesOnce(setup: Setup, coding: String) async throws {
        let site = try await site(setup)
        let plain = try await site.curl("\(Self.path)?n=20000")
        #expect(plain.status == 200 && plain.body.count > 400_000)
        #expect(plain["Content-Encoding"] == nil)
        #expect(plain["Vary"]?.contains("Accept-Encoding") == true)
        // Debian's Apache compresses plain text.
        for name in ["rows.csv", "rows.txt"] {
            let answer = try await site.curl("/test/compressed/\(name)?n=20000", "-H", "Accept-Encoding: \(coding)")
            #expect(answer.exit == 0 && answer.status == 200)
            #expect(answer["Content-Encoding"] == coding)
            // A web server that has all of it before it sends the first byte may say how much it is.
            #expect(answer["Content-Length"].map { $0 == "\(answer.body.count)" } ?? true)
            #expect(answer["Vary"]?.contains("Accept-Encoding") == true)
            #expect(answer.body.count < 300_000)
            #expect(try await unpacked(answer.body, by: coding, in: site) == plain.body)
            let tag = try #require(answer["ETag"])
            #expect(tag.hasPrefix("W/"))
            let again = try await site.curl(
                "/test/compressed/\(name)?n=20000",
                "-H",
                "Accept-Encoding: \(coding)",
                "-H",
                "If-None-Match: \(tag)"
            )
            #expect(again.status == 304)
        }
    }

    @Test("A location where nginx compresses hands it on as it is", .needs(.nginx, .curl))
    func isNotCompressedTwice() async throws {
        let site = try await Site.start(.nginx) { _ in
            """
            location /test/compressed/ {
                fastcgi_pass downloads;
                fastcgi_buffering off;
                fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param REQUEST_URI $request_uri;
                gzip on;
                gzip_types *;
                gzip_min_length 0;
            }
            """
        }
        defer { site.directory.close() }
        let plain = try await site.curl("\(Self.path)?n=20000")
        let answer = try await site.curl("\(Self.path)?n=20000", "-H", "Accept-Encoding: gzip")
        #expect(answer["Content-Encoding"] == "gzip" && answer["ETag"]?.contains("-gzip") == true)
        #expect(try await unpacked(answer.body, by: "gzip", in: site) == plain.body)
    }

    @Test("The first rows arrive before the last is made", arguments: Setup.fastCGI)
    func sendsRowsAsTheyCome(setup: Setup) async throws {
        let site = try await site(setup)
        let curl = try site.startCurl(
            "\(Self.path)?n=100000&ms=50",
            ["-N", "-H", "Accept-Encoding: gzip", "--compressed", "--max-time", "600"]
        )
        #expect(await eventually { curl.outputText.contains("\n10,") })
        curl.signal(SIGTERM)
        #expect(await curl.status == -SIGTERM)
    }

    @Test(
        "What fails on the way is not a whole stream, whatever the client makes of its connection",
        arguments: Setup.allCases
    )
    func failsVisibly(setup: Setup) async throws {
        let site = try await site(setup)
        let answer = try await site.curl("\(Self.path)?n=100000&fails=1", "-H", "Accept-Encoding: gzip")
        if Setup.showingCuts.contains(setup) { #expect(answer.exit != 0) }
        #expect(answer.body.count > 100_000)
        #expect(try await unpacked(answer.body, by: "gzip", in: site) == nil)
    }

    @Test("curl --compressed and Python's requests unpack it", .needs(.python, .requests), arguments: Setup.fastCGI)
    func isUnpacked(setup: Setup) async throws {
        let site = try await site(setup)
        let plain = try await site.curl("\(Self.path)?n=20000")
        let unpacked = try await site.curl("\(Self.path)?n=20000", "--compressed")
        #expect(unpacked.exit == 0 && unpacked["Content-Encoding"] != nil && unpacked.body == plain.body)
        let python = try RunningProgram(
            Program.python.requiredPath(),
            [
                "-c",
                """
                import requests, sys
                session = requests.Session()
                session.trust_env = False
                session.verify = False
                answer = session.get(sys.argv[1], timeout=300, headers={'Accept-Encoding': 'gzip'})
                print(answer.status_code, len(answer.content), answer.headers['Content-Encoding'])
                """,
                site.url("\(Self.path)?n=20000"),
            ],
            in: site.directory,
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"]
        )
        #expect(await python.status == 0, Comment(rawValue: python.errorText))
        #expect(python.outputText == "200 \(plain.body.count) gzip\n")
    }

    /// What `gzip` or `zstd` makes of a stream; nil if it is not a whole one.
    private func unpacked(_ body: Data, by coding: String, in site: Site) async throws -> Data? {
        let file = site.directory.file("packed-\(UUID())")
        try body.write(to: URL(fileURLWithPath: file))
        if getuid() == 0 { _ = unsafe chown(file, Account.nobody.user, Account.nobody.group) }
        let program = try RunningProgram("/usr/bin/\(coding)", ["-dc", file], in: site.directory)
        guard await program.status == 0 else { return nil }
        return program.outputData
    }
}
