import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@testable import FastCGI
@testable import VirtualDownloads

/// Shows which path it was found by, and with which query.
private struct PathView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        ContentFile("\(request.path) \(try request.query.map { "\($0.name)=\($0.value)" })", name: "path.txt")
    }
}

@Suite struct RecordedEnvironmentTests {
    private let router: Router

    init() throws {
        router = try Router(
            Routes {
                Route("/", PathView())
                Route("/{a}", PathView())
                Route("/{a}/{b}", PathView())
            },
            mountPrefix: "/d"
        )
    }

    @Test("All 33 configurations are there")
    func configurations() throws {
        let recordings = try RecordedEnvironment.all()
        #expect(Set(recordings.map(\.server)).count == 33)
        #expect(recordings.allSatisfy { $0.parameters.allSatisfy { $0.count == 2 } })
    }

    @Test("What is left of every server's request for libfcgi to read makes the same request")
    func excerpts() throws {
        var excerpts = 0
        for recording in try RecordedEnvironment.all() {
            guard let made = try recording.builtOfExcerpt() else { continue }
            excerpts += 1
            let expected = recording.built()
            #expect(made.http == expected.http, "\(recording.server): \(recording.request)")
            #expect(made.client == expected.client, "\(recording.server): \(recording.request)")
            #expect(made.serverPath == expected.serverPath, "\(recording.server): \(recording.request)")
            #expect(made.user == expected.user, "\(recording.server): \(recording.request)")
        }
        #expect(excerpts > 500)
    }

    @Test(
        "Every server's request reaches the same path below the mount prefix",
        arguments: [
            ("GET /d/text", "/text []"),
            ("GET /d/a%20b/", #"/a b/é.txt ["x=1", "y=&"]"#),
            ("GET raw UTF-8", "/é/日本.txt []"),
            ("GET /d/a%25b", "/a%b?c#d []"),
            ("GET /d?x=1", #"/ ["x=1"]"#),
            ("GET headers", "/text []"),
            ("GET http://h.example", "/text []"),
        ]
    )
    func routes(request: String, answer: String) async throws {
        let recordings = try RecordedEnvironment.all(of: request)
        #expect(recordings.count >= 16)
        for recording in recordings {
            let response = try await router.response(to: recording.built())
            #expect(response.text == answer, "\(recording.server): \(recording.request)")
        }
    }

    @Test(
        "A request that hides a way up, a NUL or what is not text is refused, whichever server sends it",
        arguments: ["GET /d/../d/text", "GET /d/%2e%2e", "GET invalid UTF-8", "GET /d/a%00b"]
    )
    func refuses(request: String) async throws {
        for recording in try RecordedEnvironment.all(of: request) {
            let response = try await router.response(to: recording.built())
            #expect(response.status == .badRequest, "\(recording.server)")
        }
    }

    // As the server's own rules have: most have taken it for a separator.
    @Test("An encoded slash is part of its segment where the server has left it so, and is not found elsewhere")
    func encodedSlash() async throws {
        let recordings = try RecordedEnvironment.all(of: "GET /d/a%2Fb")
        let kept = recordings.filter { "\($0["SCRIPT_NAME"] ?? "")\($0["PATH_INFO"] ?? "")".contains("%2F") }
        #expect(kept.count == 1 && recordings.count >= 16)
        for recording in recordings {
            let response = try await router.response(to: recording.built())
            if kept.contains(where: { $0.server == recording.server }) {
                #expect(response.text == "/a%2Fb []", "\(recording.server)")
            } else {
                #expect(response.status == .notFound, "\(recording.server)")
            }
        }
    }

    @Test("Two slashes in a row are not one, whichever server has merged them")
    func repeatedSlashes() async throws {
        for recording in try RecordedEnvironment.all(of: "GET //d//text") {
            #expect(try await router.response(to: recording.built()).status == .notFound, "\(recording.server)")
        }
    }

    @Test("A program that a server has started as CGI is below the path that the server names")
    func scriptName() async throws {
        let recordings = try RecordedEnvironment.all(of: "GET /d/text").filter { $0["PATH_INFO"] == "/text" }
        #expect(recordings.count >= 16)
        for recording in recordings {
            for absent in [[], ["REQUEST_URI"]] as [Set<String>] {
                let path = recording.built(without: absent, isCGI: true).serverPath
                #expect(path.scriptName == (recording["SCRIPT_NAME"] == "" ? nil : "/d"), "\(recording.server)")
            }
        }
    }

    @Test("A path that only begins like the mount prefix is not below it")
    func prefixBoundary() async throws {
        let recordings = try RecordedEnvironment.all(of: "GET /dother")
        #expect(recordings.count >= 10)
        for recording in recordings {
            #expect(try await router.response(to: recording.built()).status == .notFound, "\(recording.server)")
        }
    }

    @Test(
        "The method is the client's",
        arguments: [("GET /d/text", "GET"), ("HEAD", "HEAD"), ("POST", "POST"), ("PROPFIND", "PROPFIND")]
    )
    func method(request: String, method: String) throws {
        for recording in try RecordedEnvironment.all(of: request) {
            #expect(recording.built().method.rawValue == method, "\(recording.server)")
        }
    }

    @Test("Scheme, host and client are the client's at every server")
    func connection() throws {
        for recording in try RecordedEnvironment.all() where !recording.request.contains("HTTP/1.0") {
            let request = recording.built()
            #expect(request.scheme == (recording.server.contains("TLS") ? "https" : "http"), "\(recording.server)")
            let isAbsolute = recording["REQUEST_URI"]?.hasPrefix("http://h.example") ?? false
            let host = isAbsolute || recording["HTTP_HOST"] == "h.example" ? "h.example" : "test.example"
            #expect(request.authority?.split(separator: ":").first.map(String.init) == host, "\(recording.server)")
            #expect(request.client.host == "127.0.0.1", "\(recording.server)")
            #expect(request.client.port == recording["REMOTE_PORT"].flatMap(Int.init), "\(recording.server)")
        }
    }

    @Test("A request without Host has the server's name, or none")
    func noHost() throws {
        for recording in try RecordedEnvironment.all(of: "GET /d/text HTTP/1.0") {
            let authority = recording.built().authority
            let name = [recording["HTTP_HOST"], recording["SERVER_NAME"]].compactMap(\.self).first { !$0.isEmpty }
            #expect(authority?.split(separator: ":").first.map(String.init) == name, "\(recording.server)")
        }
    }

    @Test("Repeated fields are joined, with each server's way of repeating them")
    func fields() throws {
        let fields = try RecordedEnvironment.all(of: "GET headers")
        #expect(fields.count >= 30)
        for recording in fields {
            let request = recording.built()
            let repeated = try #require(HTTPField.Name("X-Dup"))
            #expect(request.headerFields[repeated] == "1, 2", "\(recording.server)")
            let cookie = try #require(request.headerFields[.cookie])
            // Apache and Caddy have joined it with a comma before we see it.
            #expect(["a=1; b=2", "a=1;b=2", "a=1, b=2"].contains(cookie), "\(recording.server)")
            if recording.server.hasPrefix("nginx") { #expect(cookie == "a=1; b=2", "\(recording.server)") }
            #expect(request.headerFields[.authorization] == recording["HTTP_AUTHORIZATION"], "\(recording.server)")
            #expect(request.headerFields[.acceptEncoding] == "gzip", "\(recording.server)")
        }
    }

    @Test("A field named Proxy is never read")
    func proxy() throws {
        let recordings = try RecordedEnvironment.all(of: "GET headers").filter { $0["HTTP_PROXY"] != nil }
        #expect(!recordings.isEmpty)
        for recording in recordings {
            let names = recording.built().headerFields.map(\.name.canonicalName)
            #expect(!names.contains("proxy"), "\(recording.server)")
        }
    }

    @Test("Content-Length is a size or not there, whatever a server says for “unknown”")
    func contentLength() throws {
        for recording in try RecordedEnvironment.all() {
            let length = recording.built().headerFields[.contentLength]
            #expect(length == (recording["CONTENT_LENGTH"] == "10" ? "10" : nil), "\(recording.server)")
        }
    }

    @Test("Without REQUEST_URI the path is made of SCRIPT_NAME and PATH_INFO, encoded again")
    func withoutURI() throws {
        // Apache with AllowEncodedSlashes NoDecode has not decoded them, and nothing in the parameters says so.
        let recordings = try RecordedEnvironment.all(of: "GET /d/a%25b").filter { !$0.server.contains("NoDecode") }
        #expect(recordings.count == 32)
        for recording in recordings {
            let target = recording.built(without: ["REQUEST_URI"]).http.path
            // A server that took the prefix off itself has left no trace of it.
            #expect(target == "/d/a%25b%3Fc%23d" || target == "/a%25b%3Fc%23d", "\(recording.server)")
        }
    }
}
