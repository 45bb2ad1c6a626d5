import DownloadNIO
import NIOCore
import VirtualDownloads

// sample: mirror
struct Mirror: DownloadApplication {
    var routes: Routes {
        Route("/documents/{id:int}.pdf") { request in
            let id = try request.parameter("id")
            let question = HTTPClientRequest(url: "https://documents.example/\(id).pdf")
            let answer = try await HTTPClient.shared.execute(question, timeout: .seconds(30))
            guard answer.status.code == 200 else { throw DownloadError.upstream("documents") }
            let size = answer.headers.first(name: "content-length").flatMap { Int64($0) }
            return VirtualFile(ByteBufferContent(answer.body, size: size), name: "\(id).pdf")
        }
    }
}
// end

// What the sample uses of async-http-client, which is not a dependency of this package.

struct HTTPClientRequest: Sendable {
    var url: String
}

struct HTTPClientResponse: Sendable {
    struct Status: Sendable {
        var code: UInt
    }

    struct Headers: Sendable {
        var fields: [String: String]

        func first(name: String) -> String? { fields[name] }
    }

    var status: Status
    var headers: Headers
    var body: AsyncStream<ByteBuffer>
}

struct HTTPClient: Sendable {
    static let shared = HTTPClient()

    /// Knows the documents below 100, each of which is its number.
    func execute(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        await Task.yield()
        let name = request.url.split(separator: "/").last ?? ""
        let text = name.split(separator: ".").first.map(String.init) ?? ""
        guard let number = Int(text), number < 100 else {
            let nothing = AsyncStream<ByteBuffer> { $0.finish() }
            return HTTPClientResponse(status: .init(code: 404), headers: .init(fields: [:]), body: nothing)
        }
        let body = AsyncStream { buffers in
            for character in text { buffers.yield(ByteBuffer(string: "\(character)")) }
            buffers.finish()
        }
        return HTTPClientResponse(
            status: .init(code: 200),
            headers: .init(fields: ["content-length": "\(text.utf8.count)"]),
            body: body
        )
    }
}
