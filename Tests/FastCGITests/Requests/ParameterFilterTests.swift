import DownloadCore
import HTTPTypes
import TestSupport
import Testing

@testable import FastCGI

@Suite struct ParameterFilterTests {
    /// What is read instead of `request`: nil if it is the request itself.
    private func excerpt(of request: [UInt8], room: Int? = nil) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0xAA, count: room ?? request.count)
        return unsafe request.withUnsafeBytes { request in
            unsafe buffer.withUnsafeMutableBytes { buffer in
                let excerpt = unsafe ParameterFilter.make(of: request, in: buffer)
                return unsafe excerpt.baseAddress == request.baseAddress ? nil : unsafe Array(excerpt)
            }
        }
    }

    private func built(of request: [UInt8]) throws -> DownloadRequest {
        var builder = RequestBuilder()
        for parameter in try #require(DecodedRequest(strictly: request)?.parameters) {
            let name = String(decoding: parameter.prefix { $0 != 61 }, as: UTF8.self)
            builder.add(name: name, value: String(decoding: parameter.drop { $0 != 61 }.dropFirst(), as: UTF8.self))
        }
        return builder.request(body: [], id: "")
    }

    @Test("Only what says something about a request is left of what nginx sends")
    func nginx() throws {
        let needed = [
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/a?b"), ("REQUEST_SCHEME", "http"), ("REMOTE_ADDR", "::1"),
            ("REMOTE_PORT", "80"), ("HTTP_HOST", "h"), ("HTTP_RANGE", "bytes=1-"), ("HTTP_X_EMPTY", ""),
        ]
        let other = [
            ("QUERY_STRING", "b"), ("CONTENT_TYPE", ""), ("CONTENT_LENGTH", ""), ("SCRIPT_NAME", "/a"),
            ("PATH_INFO", ""), ("DOCUMENT_ROOT", "/srv"), ("SERVER_PROTOCOL", "HTTP/1.1"), ("SERVER_NAME", "s"),
            ("SERVER_PORT", "80"), ("SERVER_SOFTWARE", "nginx"), ("REDIRECT_STATUS", "200"), ("AUTH_TYPE", "Basic"),
        ]
        for flags: UInt8 in [0, 1] {
            let request = Wire.request(
                id: 77,
                flags: flags,
                zip(other, needed).flatMap { [$0, $1] } + other.dropFirst(8)
            )
            let excerpt = try #require(self.excerpt(of: request))
            #expect(
                excerpt == Wire.begin(id: 77, flags: flags)
                    + Wire.parameters(id: 77, needed.flatMap { Wire.pair($0.0, $0.1) }) + Wire.parameters(id: 77)
                    + Wire.input(id: 77)
            )
            #expect(LibraryReader.read(excerpt)?.parameters.count == needed.count)
        }
    }

    @Test(
        "What tells how the server has read the path is left where it matters, in whatever order it comes",
        arguments: [
            ([("REQUEST_URI", "/a")], false), ([("REQUEST_URI", "/a%2Fb")], true), ([("REQUEST_URI", "/%61")], true),
            ([("REQUEST_URI", "/d/a"), ("PATH_INFO", "/a")], true),
            ([("PATH_INFO", "/a"), ("REQUEST_URI", "/a")], true),
        ] as [([(String, String)], Bool)],
        [("/d", "Apache"), ("/d", "HAProxy 3"), ("", "HAProxy 3"), ("", "Caddy/v2")]
    )
    func path(request row: ([(String, String)], Bool), server: (script: String, software: String)) throws {
        let parameters = row.0
        // Where nothing is before PATH_INFO it is the path, which most servers have decoded as everybody does.
        let isDivided = !server.script.isEmpty || server.software.hasPrefix("HAProxy")
        let isNeeded = row.1 && (isDivided || parameters.contains { $0.1.contains("%") })
        let ofPath = [
            ("SCRIPT_NAME", server.script), ("SCRIPT_FILENAME", ""), ("SERVER_SOFTWARE", server.software),
            ("QUERY_STRING", ""),
        ]
        for pairs in [ofPath + [("HTTP_HOST", "h")] + parameters, parameters + [("HTTP_HOST", "h")] + ofPath] {
            let request = Wire.request(id: 1, flags: 0, pairs + [("DOCUMENT_ROOT", "/srv")])
            let excerpt = try #require(self.excerpt(of: request))
            let count = parameters.count + 1 + (isNeeded ? ofPath.count : 0)
            #expect(LibraryReader.read(excerpt)?.parameters.count == count)
            let made = try built(of: excerpt)
            let expected = try built(of: request)
            #expect(made.serverPath == expected.serverPath)
            #expect(made.http == expected.http)
            if !isNeeded { #expect(expected.serverPath == ServerPath()) }
        }
        // Nobody sends them so often.
        let request = Wire.request(id: 1, flags: 0, ofPath + ofPath + [("HTTP_HOST", "h")] + parameters)
        #expect(excerpt(of: request) == nil)
    }

    @Test(
        "A request is read as it is when the target or the host has to be made of other parameters",
        arguments: [
            [], [("REQUEST_URI", "/")], [("HTTP_HOST", "h")], [("REQUEST_URI", ""), ("HTTP_HOST", "h")],
            [("REQUEST_URI", "/"), ("HTTP_HOST", "")], [("REQUEST_URI", "/"), ("HTTP_HOST", "h"), ("REQUEST_URI", "")],
            [("REQUEST_URI", "/"), ("HTTP_HOST", "h"), ("HTTP_HOST", "")],
        ] as [[(String, String)]]
    )
    func substitutes(parameters: [(String, String)]) {
        #expect(excerpt(of: Wire.request([("SERVER_SOFTWARE", "s")] + parameters)) == nil)
        #expect(excerpt(of: Wire.request(parameters + [("SERVER_SOFTWARE", "s")])) == nil)
    }

    @Test("A request is read as it is when it has content, more than one record of parameters, or no room beside it")
    func unusual() {
        let usual = [("REQUEST_URI", "/"), ("HTTP_HOST", "h"), ("SERVER_SOFTWARE", "s")]
        let request = Wire.request(usual)
        let needed = usual.dropLast().flatMap { Wire.pair($0.0, $0.1) }
        #expect(
            excerpt(of: request) == Wire.begin() + Wire.parameters(needed) + Wire.parameters() + Wire.input()
        )
        #expect(excerpt(of: request, room: request.count - 1) == nil)
        #expect(excerpt(of: Wire.request(usual, body: [1])) == nil)
        let halves = usual.map { Wire.parameters(Wire.pair($0.0, $0.1)) }
        #expect(excerpt(of: Wire.begin() + halves.flatMap(\.self) + Wire.parameters() + Wire.input()) == nil)
        let long = Wire.pair((Array("HTTP_HOST".utf8), Array("h".utf8)), long: true)
        #expect(excerpt(of: Wire.begin() + Wire.parameters(long) + Wire.parameters() + Wire.input()) == nil)
    }

    @Test("The excerpt makes the same request as the whole", arguments: 0..<8 as Range<UInt64>)
    func sameRequest(seed: UInt64) throws {
        let names = [
            "REQUEST_URI", "HTTP_HOST", "REQUEST_METHOD", "REQUEST_SCHEME", "REMOTE_ADDR", "REMOTE_PORT", "REMOTE_USER",
            "HTTPS", "CONTENT_TYPE", "HTTP_RANGE", "HTTP_X_A", "HTTP_", "HTTP", "SERVER_NAME",
            "SERVER_PORT", "SERVER_ADDR", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REQUEST_TIME", "A",
            "REMOTE_HOST",
            String(repeating: "N", count: 200), "HTTP_" + String(repeating: "N", count: 122),
        ]
        let values = ["", "/a", "h.example", "on", "https", "443", "HEAD", String(repeating: "v", count: 130)]
        var random = SeededGenerator(seed: 0xE8CE_0000 + seed)
        var excerpts = 0
        for round in 0..<500 {
            let count = Int.random(in: 0...20, using: &random)
            let parameters = (0..<count)
                .map { _ in
                    (names.randomElement(using: &random) ?? "", values.randomElement(using: &random) ?? "")
                }
            let length = ["", "0", "-1"].randomElement(using: &random) ?? ""
            let usual = [("REQUEST_URI", "/u"), ("HTTP_HOST", "h"), ("CONTENT_LENGTH", length)]
            let request = Wire.request(id: 5, (parameters + usual).shuffled(using: &random))
            guard let excerpt = self.excerpt(of: request) else { continue }
            excerpts += 1
            let (expected, made) = (try built(of: request), try built(of: excerpt))
            #expect(made.http == expected.http, "seed \(seed), round \(round)")
            #expect(made.client == expected.client, "seed \(seed), round \(round)")
            #expect(made.user == expected.user, "seed \(seed), round \(round)")
        }
        #expect(excerpts > 100)
    }
}
