import DownloadCore
import Foundation
import HTTPTypes
import Testing

@testable import FastCGI

@Suite struct RequestBuilderTests {
    private func request(_ parameters: KeyValuePairs<String, String>) -> DownloadRequest {
        var builder = RequestBuilder()
        for (name, value) in parameters { builder.add(name: name, value: value) }
        return builder.request(body: [], id: "1")
    }

    @Test(
        "The host of an absolute form counts, and the target is what stands behind it",
        arguments: [
            ("http://h.example/a?b", "h.example", "/a?b"),
            ("HTTPS://h.example:81/", "h.example:81", "/"),
            ("http://h.example", "h.example", "/"),
            ("http://h.example?x=1", "h.example", "/?x=1"),
            ("http://name:word@h.example/a", "h.example", "/a"),
            ("http://[::1]:81/a", "[::1]:81", "/a"),
            ("http:///a", "field.example", "/a"),
            ("http://a@b@h.example/a", "h.example", "/a"),
            ("h.example:443", "field.example", "h.example:443"),
            ("/a?u=http://h.example/b", "field.example", "/a?u=http://h.example/b"),
            ("*", "field.example", "*"),
            ("a?u=http://h.example/b", "field.example", "a?u=http://h.example/b"),
        ]
    )
    func absoluteForm(uri: String, authority: String, target: String) {
        for parameters: KeyValuePairs in [
            ["REQUEST_URI": uri, "HTTP_HOST": "field.example"], ["HTTP_HOST": "field.example", "REQUEST_URI": uri],
        ] {
            let request = request(parameters)
            #expect(request.http.authority == authority)
            #expect(request.http.path == target)
        }
    }

    @Test("A request has the time at which it came")
    func receivedAt() throws {
        // The clock that it is read from goes forward by some milliseconds at a time.
        let before = Int64(Date().timeIntervalSince1970 - 0.1)
        let receivedAt = try #require(request(["REQUEST_URI": "/a"]).receivedAt)
        #expect((before...Int64(Date().timeIntervalSince1970)).contains(receivedAt.secondsSince1970))
    }

    @Test(
        "The scheme is https if one of the parameters that may say so does",
        arguments: [
            ([], "http"), ([("HTTPS", "on")], "https"), ([("HTTPS", "On")], "https"), ([("HTTPS", "1")], "https"),
            ([("HTTPS", "off")], "http"), ([("HTTPS", "")], "http"), ([("REQUEST_SCHEME", "https")], "https"),
            ([("REQUEST_SCHEME", "http")], "http"), ([("HTTPS", "on"), ("REQUEST_SCHEME", "http")], "https"),
            ([("REQUEST_SCHEME", "https"), ("HTTPS", "off")], "https"),
        ] as [([(String, String)], String)]
    )
    func scheme(parameters: [(String, String)], scheme: String) {
        var builder = RequestBuilder()
        for (name, value) in parameters { builder.add(name: name, value: value) }
        #expect(builder.request(body: [], id: "").scheme == scheme)
    }

    @Test(
        "A host that is not named is the server's, with its port if that is not the usual one",
        arguments: [
            ("", "", "off", nil), ("s.example", "", "off", "s.example"), ("s.example", "80", "off", "s.example"),
            ("s.example", "443", "off", "s.example:443"), ("s.example", "", "on", "s.example"),
            ("s.example", "443", "on", "s.example"), ("s.example", "80", "on", "s.example:80"),
            ("", "8080", "off", nil),
        ] as [(String, String, String, String?)]
    )
    func serverName(name: String, port: String, https: String, authority: String?) {
        let request = request(["SERVER_NAME": name, "SERVER_PORT": port, "HTTPS": https, "REQUEST_URI": "/"])
        #expect(request.authority == authority)
    }

    @Test(
        "A target that is missing is made of the path, encoded again, and the query",
        arguments: [
            ("", "", "", "/"), ("", "x", "", "/x"), ("/d", "/a b", "c=d%20", "/d/a%20b?c=d%20"),
            ("/d", "/-._~!$&'()*+,;=:@", "", "/d/-._~!$&'()*+,;=:@"), ("", "/é%?#[]", "", "/%C3%A9%25%3F%23%5B%5D"),
        ]
    )
    func missingTarget(script: String, path: String, query: String, target: String) {
        let request = request(["SCRIPT_NAME": script, "PATH_INFO": path, "QUERY_STRING": query])
        #expect(request.http.path == target)
    }

    @Test(
        "What the server's rules have judged is told from its own path",
        arguments: [
            // Kept, as by Apache with AllowEncodedSlashes NoDecode; decoded; not said.
            ("/a%2Fb", "", "/a%2Fb", "", ServerPath.Reading.decoded),
            ("/a%2fb", "/a%2fb", "", "", .decoded),
            ("/a%2Fb", "/a/b", "", "", .decodedWithSlashes),
            ("/a%2Fb", "", "", "", .decodedWithSlashes),
            ("/m/a%2Fb", "", "/a%2Fb", "", .decoded),
            // What is like an encoded slash only once the path has been decoded is none that the server kept.
            ("/a%2Fb%252Fc", "", "/a/b%2Fc", "", .decodedWithSlashes),
            ("/a%2Fb%25%32%46c", "", "/a/b%2Fc", "", .decodedWithSlashes),
            ("/a%2Fb%252Fc", "", "/a%2Fb%2Fc", "", .decoded),
            ("/a%252Fb", "", "/a%2Fb", "", .decoded), ("/a/b", "", "/a/b", "", .decoded),
            ("/a?b=%2F", "", "/a", "", .decoded),
            // HAProxy's rules see what the client wrote.
            ("/%61", "/a", "", "HAProxy 2.6.12", .verbatim), ("/a%2Fb", "/a/b", "", "HAProxy 3.0", .verbatim),
            ("/%61", "/a", "", "nginx/1.22.1", .decoded),
        ]
    )
    func reading(uri: String, script: String, info: String, software: String, reading: ServerPath.Reading) {
        let request = request([
            "REQUEST_URI": uri, "HTTP_HOST": "h", "SCRIPT_NAME": script, "PATH_INFO": info, "SERVER_SOFTWARE": software,
        ])
        #expect(request.serverPath.reading == reading)
        #expect(request.http.path == uri)
    }

    @Test(
        "The path of a CGI program is the server's where the target is another, as after a rewrite",
        arguments: [
            ("/cgi-bin/demo/a%20b?x=1", nil), ("", nil), ("/pretty?x=1", "/cgi-bin/demo/a%20b?y=2"),
            ("/cgi-bin//demo/a%20b?x=1", "/cgi-bin/demo/a%20b?y=2"), ("http://h.example/cgi-bin/demo/a%20b", nil),
            ("*", "/cgi-bin/demo/a%20b?y=2"), ("/cgi-bin/demo/a%2520b", "/cgi-bin/demo/a%20b?y=2"),
        ]
    )
    func rewritten(uri: String, target: String?) {
        var builder = RequestBuilder()
        for (name, value) in [
            ("SCRIPT_NAME", "/cgi-bin/demo"), ("PATH_INFO", "/a b"), ("REQUEST_URI", uri), ("QUERY_STRING", "y=2"),
            ("SCRIPT_FILENAME", "/usr/lib/cgi-bin/demo"), ("HTTP_HOST", "h"),
        ] {
            builder.add(name: name, value: value)
        }
        let request = builder.request(body: [], id: "", isCGI: true)
        #expect(request.serverPath.target == target?.wire)
        #expect(request.serverPath.scriptName == "/cgi-bin/demo")
        // In FastCGI it is what the client wrote, unless the file that the server found is this program's.
        #expect(builder.request(body: [], id: "").serverPath.scriptName == nil)
        builder.add(name: "SCRIPT_FILENAME", value: "/proc/self/exe")
        #expect(builder.request(body: [], id: "").serverPath.scriptName == "/cgi-bin/demo")
        builder.add(name: "SCRIPT_FILENAME", value: "")
        #expect(builder.request(body: [], id: "").serverPath.scriptName == "/cgi-bin/demo")
    }

    @Test(
        "A path in one part says nothing about where a program is",
        arguments: [("/d/a", ""), ("", "/d/a"), ("", "")]
    )
    func undivided(script: String, info: String) {
        var builder = RequestBuilder()
        for (name, value) in [("SCRIPT_NAME", script), ("PATH_INFO", info), ("REQUEST_URI", "/d/a")] {
            builder.add(name: name, value: value)
        }
        let request = builder.request(body: [], id: "", isCGI: true)
        #expect(request.serverPath.scriptName == nil)
        #expect(request.http.path == "/d/a")
    }

    @Test("The fields of the content are read from the parameters of their own, and only from those")
    func contentFields() {
        let twice = request([
            "CONTENT_TYPE": "text/plain", "HTTP_CONTENT_TYPE": "text/html", "CONTENT_LENGTH": "10",
            "HTTP_CONTENT_LENGTH": "11",
        ])
        #expect(twice.headerFields[.contentType] == "text/plain")
        #expect(twice.headerFields[.contentLength] == "10")
        let none = request(["CONTENT_TYPE": "", "CONTENT_LENGTH": ""])
        #expect(none.headerFields.isEmpty)
    }

    @Test(
        "A field is read from the parameter that is named like it",
        arguments: [
            .range, .accept, .cookie, .origin, .referer, .ifMatch, .ifRange, .userAgent, .connection, .authorization,
            .cacheControl, .ifNoneMatch, .acceptEncoding, .acceptLanguage, .ifModifiedSince, .ifUnmodifiedSince,
            .te, .expect,
        ] as [HTTPField.Name]
    )
    func readsField(name: HTTPField.Name) {
        let parameter = "HTTP_" + name.canonicalName.uppercased().replacing("-", with: "_")
        let fields = request([parameter: "a value"]).headerFields
        #expect(fields.count == 1 && fields[name] == "a value")
    }

    @Test(
        "The user is whom the web server names last, and nobody else",
        arguments: [
            ([("REMOTE_USER", "anna")], "anna"), ([], nil), ([("REMOTE_USER", "")], nil),
            ([("REMOTE_USER", "anna"), ("REMOTE_USER", "")], nil),
            ([("REMOTE_USER", ""), ("REMOTE_USER", "bo")], "bo"),
            ([("REMOTE_USER", "Åsa Öberg@example")], "Åsa Öberg@example"), ([("REMOTE_USER", " ")], " "),
            // What a client sends as a field named Remote-User, or Remote_User.
            ([("HTTP_REMOTE_USER", "anna")], nil), ([("REMOTE_USER", ""), ("HTTP_REMOTE_USER", "anna")], nil),
            ([("REMOTE_USER", "bo"), ("HTTP_REMOTE_USER", "anna")], "bo"),
            ([("REDIRECT_REMOTE_USER", "anna")], nil), ([("REMOTE_USERS", "anna")], nil),
            ([("remote_user", "anna")], nil), ([("HTTP_AUTHORIZATION", "Basic YW5uYTp4")], nil),
        ] as [([(String, String)], String?)]
    )
    func user(parameters: [(String, String)], user: String?) {
        var builder = RequestBuilder()
        for (name, value) in parameters { builder.add(name: name, value: value) }
        #expect(builder.request(body: [], id: "").user == user)
    }

    @Test("A user's name that is not UTF-8 is none, since repaired it could be another's")
    func brokenUser() {
        let name = Array("REMOTE_USER".utf8)
        for value: [UInt8] in [[0xE9], [0x61, 0xFF], Array("\u{FFFD}".utf8)] {
            var builder = RequestBuilder()
            unsafe name.withUnsafeBytes { name in
                unsafe value.withUnsafeBytes { value in unsafe builder.add(ParameterText(name), value) }
            }
            #expect(builder.request(body: [], id: "").user == nil)
        }
    }

    @Test("A field that is not well known has its name in lower case, as in HTTP/2")
    func namesFields() {
        #expect(request(["HTTP_X_OWN_FIELD": "1"]).headerFields.map(\.name.rawName) == ["x-own-field"])
    }
}
