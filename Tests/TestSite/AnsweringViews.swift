import VirtualDownloads

struct InlineView: VirtualDownloadView {
    var attachment: Bool { false }

    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile("Hello world!\n", name: "hello-world.txt")
    }
}

struct NamedView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile("Hello world!\n", name: request.parameters["name"] ?? "")
    }
}

/// The user's name between quotes; without a user nothing.
struct UserView: VirtualDownloadView {
    var cacheControl: String? { "private" }

    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile(request.user.map { "“\($0)”" } ?? "", name: "user.txt")
    }
}

/// How much content the request has, and the sum of its bytes.
struct UploadView: VirtualDownloadView {
    var methods: [HTTPRequest.Method] { [.post] }

    func file(for request: DownloadRequest) -> some DownloadFile {
        let sum = request.body.reduce(0) { $0 + Int($1) }
        return ContentFile("\(request.body.count) bytes, sum \(sum)\n", name: "upload.txt")
    }
}

/// The same for less content than the server takes.
struct SmallUploadView: WrappedDownloadView {
    let base = UploadView()
    let maximumBodySize = 10_000
}

struct UnauthorizedView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        throw DownloadError.unauthorized(challenge: "Bearer realm=\"Downloads\"")
    }
}

/// `/test/redirect?to=PLACE&status=STATUS`
struct RedirectingView: VirtualDownloadView {
    private static let codes: [Int: HTTPResponse.Status] = [
        302: .found, 303: .seeOther, 307: .temporaryRedirect, 308: .permanentRedirect,
    ]

    func file(for request: DownloadRequest) throws -> ContentFile {
        let query = try request.query
        guard let code = Self.codes[try query.integer("status") ?? 302] else { throw DownloadError(.badRequest) }
        throw DownloadRedirect(code, to: query["to"] ?? "")
    }
}

/// A file with every validator, which caches may keep for a minute.
struct ValidatedView: VirtualDownloadView {
    var cacheControl: String? { "max-age=60" }

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(StringIO(String(repeating: "Hello world!\n", count: 1000)), name: "Übersicht.txt")
            .validated(by: EntityTag(of: "hello", 1000), modified: HTTPDate(secondsSince1970: 1_700_000_000))
    }
}

/// `/test/elsewhere?to=PLACE`: nothing but the word to nginx that it is to send a place of its own instead.
struct ElsewhereView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        var file = ContentFile("", name: "elsewhere.bin")
        if let field = HTTPField.Name("X-Accel-Redirect") { file.headerFields[field] = try request.query["to"] ?? "" }
        return file
    }
}
