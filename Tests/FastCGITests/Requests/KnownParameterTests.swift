import Testing

@testable import FastCGI

@Suite struct KnownParameterTests {
    private func parameter(_ name: String) -> KnownParameter? {
        var name = name
        return name.withUTF8 { unsafe KnownParameter(ParameterText(UnsafeRawBufferPointer($0))) }
    }

    private static let names: [(String, KnownParameter)] = [
        ("HTTP_HOST", .host), ("HTTP_RANGE", .headerField), ("HTTP_", .headerField), ("HTTP_HOSTS", .headerField),
        ("HTTPS", .https), ("REQUEST_SCHEME", .requestScheme), ("REQUEST_METHOD", .requestMethod),
        ("REQUEST_URI", .requestURI), ("REMOTE_ADDR", .remoteAddress), ("REMOTE_PORT", .remotePort),
        ("REMOTE_USER", .remoteUser), ("CONTENT_TYPE", .contentType), ("CONTENT_LENGTH", .contentLength),
        ("DOWNLOADS_HANDOVER", .handOver), ("PATH_INFO", .pathInfo), ("SCRIPT_NAME", .scriptName),
        ("QUERY_STRING", .queryString), ("SCRIPT_FILENAME", .scriptFile), ("SERVER_SOFTWARE", .serverSoftware),
        ("SERVER_NAME", .serverName), ("SERVER_PORT", .serverPort),
    ]

    @Test("Each parameter is known by its very name, and by no part or other case of it")
    func knows() {
        for (name, known) in Self.names {
            #expect(parameter(name) == known)
            guard !name.hasPrefix("HTTP_") else { continue }
            for other in [String(name.dropLast()), name + "X", "X" + name, name.lowercased()] {
                #expect(parameter(other) == nil, "\(other)")
            }
        }
    }

    @Test(
        "What says nothing about a request is not known",
        arguments: [
            "", "DOCUMENT_ROOT", "SERVER_PROTOCOL", "AUTH_TYPE", "REDIRECT_STATUS", "GATEWAY_INTERFACE", "HTTP",
        ]
    )
    func passesOver(name: String) {
        #expect(parameter(name) == nil)
    }
}
