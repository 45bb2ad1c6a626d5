import Foundation
import TestSupport
import Testing

/// What a client sees of a download is the same behind each server.
@Suite(.sites, .blocking, .timeLimit(.minutes(60)))
struct DownloadTests {
    private static let hello = Data("Hello world!\n".utf8)

    private func site(_ setup: Setup) async throws -> Site { try await Sites.current.site(setup) }

    @Test(
        "The three views send their text as an attachment",
        arguments: Setup.allCases,
        ["/virtual/text", "/virtual/stringio", "/virtual/generated"]
    )
    func sendsAttachment(setup: Setup, path: String) async throws {
        let answer = try await site(setup).curl(path)
        #expect(answer.exit == 0)
        #expect(answer.status == 200)
        #expect(answer.body == Self.hello)
        #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
        #expect(answer["Content-Disposition"] == #"attachment; filename="hello-world.txt""#)
    }

    @Test("A known size is declared", arguments: Setup.allCases)
    func declaresKnownSize(setup: Setup) async throws {
        #expect(try await site(setup).curl("/virtual/text")["Content-Length"] == "13")
    }

    @Test("An unknown size is not declared", arguments: Setup.allCases)
    func doesNotDeclareUnknownSize(setup: Setup) async throws {
        let answer = try await site(setup).curl("/bench/gen?n=300000")
        #expect(answer.exit == 0)
        #expect(answer["Content-Length"] == nil)
        #expect(answer.body == Data(repeating: UInt8(ascii: "A"), count: 300_000))
    }

    @Test(
        "HEAD answers with the headers of GET and no body",
        arguments: Setup.allCases,
        ["/virtual/text", "/virtual/generated"]
    )
    func answersHead(setup: Setup, path: String) async throws {
        let head = try await site(setup).curl(path, "-I", "-o", "/dev/null")
        let get = try await site(setup).curl(path)
        #expect(head.exit == 0)
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        for name in ["Content-Type", "Content-Disposition"] { #expect(head[name] == get[name]) }
        if path == "/virtual/text" { #expect(head["Content-Length"] == "13") }
    }

    @Test("An unknown path is not found", arguments: Setup.allCases)
    func doesNotFindUnknownPath(setup: Setup) async throws {
        let answer = try await site(setup).curl("/no/such/view")
        #expect(answer.exit == 0)
        #expect(answer.status == 404)
    }

    @Test("A method that no view has is refused, naming those it has", arguments: Setup.allCases)
    func refusesMethod(setup: Setup) async throws {
        let answer = try await site(setup).curl("/virtual/text", "-X", "DELETE")
        #expect(answer.status == 405)
        #expect(answer["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test("Content that is too large is answered 413", arguments: Setup.allCases, [2, 20])
    func refusesLargeContent(setup: Setup, mebibytes: Int) async throws {
        let site = try await site(setup)
        let content = try site.directory.write(String(repeating: "a", count: mebibytes << 20), to: "\(mebibytes)MiB")
        for expect in ["Expect:", "Expect: 100-continue"] {
            let answer = try await site.curl("/virtual/text", "-H", expect, "--data-binary", "@\(content)")
            #expect(answer.status == 413)
        }
    }

    @Test("OPTIONS names the methods", arguments: Setup.allCases)
    func answersOptions(setup: Setup) async throws {
        let answer = try await site(setup).curl("/virtual/text", "-X", "OPTIONS")
        #expect(answer.exit == 0)
        #expect(answer.status.map { (200...204).contains($0) } == true)
        #expect(answer["Allow"] == "GET, HEAD, OPTIONS")
        #expect(answer.body.isEmpty)
    }

    @Test("A generator that throws at once is answered 500", arguments: Setup.allCases)
    func answers500(setup: Setup) async throws {
        let answer = try await site(setup).curl("/test/throws-at-once")
        #expect(answer.exit == 0)
        #expect(answer.status == 500)
        #expect(!answer.text.contains("TestFailure"))
        #expect(answer["Content-Disposition"] == nil)
    }

    @Test("curl -OJ saves the file under its name", arguments: Setup.allCases, ["text", "stringio", "generated"])
    func savesUnderItsName(setup: Setup, view: String) async throws {
        let site = try await site(setup)
        let folder = try site.directory.makeFolder("saved-\(view)")
        let answer = try await site.curl("/virtual/\(view)", "-OJ", "--output-dir", folder)
        #expect(answer.exit == 0)
        #expect(FileManager.default.contents(atPath: folder + "/hello-world.txt") == Self.hello)
    }

    @Test("The first line arrives before the last is generated", arguments: Setup.allCases)
    func sendsLinesAsTheyCome(setup: Setup) async throws {
        let site = try await site(setup)
        // Of more lines than anybody waits for.
        let curl = try site.startCurl("/test/slow?n=100000", ["-N", "--max-time", "600"])
        #expect(await eventually { curl.outputText.contains("line 0\n") })
        curl.signal(SIGTERM)
        #expect(await curl.status == -SIGTERM)
        let whole = try await site.curl("/test/slow?n=3")
        #expect(whole.exit == 0 && whole.text == "line 0\nline 1\nline 2\n")
    }

    @Test("A view may use the main actor", arguments: Setup.allCases)
    func runsMainActor(setup: Setup) async throws {
        let answer = try await site(setup).curl("/test/main-actor")
        #expect(answer.exit == 0)
        let numbers = answer.text.split(separator: "\n").compactMap { Int($0.dropFirst("line ".count)) }
        #expect(numbers.count == 50 && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("A client that leaves ends its generator", arguments: Setup.showingClientsThatLeave)
    func endsForClientsThatLeave(setup: Setup) async throws {
        let site = try await site(setup)
        let curl = try site.startCurl("/test/wait", ["-N", "--max-time", "600"])
        #expect(await eventually { curl.outputText == "waiting\n" })
        curl.signal(SIGTERM)
        #expect(await curl.status == -SIGTERM)
        // spawn-fcgi sends the demo's standard error to /dev/null, so only its being alive is seen there.
        if setup == .spawned {
            #expect(try await site.curl("/bench/hello").body == Self.hello)
        } else {
            let demo = try #require(site.demo)
            #expect(await eventually { demo.errorText.contains("wait ended") })
        }
    }
}
