// Hummingbird as its own documentation writes a streamed response, on the Unix socket named by the first argument.
import HTTPTypes
import Hummingbird
import Logging

let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 65_536)
let row = ByteBuffer(string: "0000001,customer-000001,0000.01\n")

func count(_ request: Request) throws -> Int {
    guard let n = request.uri.queryParameters["n"].flatMap({ Int($0) }), n >= 0 else { throw HTTPError(.badRequest) }
    return n
}

func headers(_ type: String, length: Int? = nil) -> HTTPFields {
    var fields: HTTPFields = [.contentType: type, .contentDisposition: "attachment; filename=\"bench\""]
    fields[HTTPField.Name("X-Accel-Buffering")!] = "no"
    if let length { fields[.contentLength] = String(length) }
    return fields
}

let router = Router()
router.get("bench/hello") { _, _ in
    Response(
        status: .ok,
        headers: headers("text/plain", length: 13),
        body: .init(contentLength: 13) { writer in
            for part in ["Hello, ", "world", "\n"] { try await writer.write(ByteBuffer(string: part)) }
            try await writer.finish(nil)
        }
    )
}
router.get("bench/gen") { request, _ in
    let n = try count(request)
    let length = request.uri.queryParameters["size"] == nil ? nil : n
    return Response(
        status: .ok,
        headers: headers("application/octet-stream", length: length),
        body: .init(contentLength: length) { writer in
            var left = n
            while left > 0 {
                let take = min(left, piece.readableBytes)
                try await writer.write(piece.getSlice(at: 0, length: take)!)
                left -= take
            }
            try await writer.finish(nil)
        }
    )
}
router.get("bench/rows") { request, _ in
    let n = try count(request)
    return Response(
        status: .ok,
        headers: headers("text/csv"),
        body: .init { writer in
            for _ in 0..<n { try await writer.write(row) }
            try await writer.finish(nil)
        }
    )
}

var logger = Logger(label: "hummingbird-peer")
logger.logLevel = .error
let application = Application(
    router: router,
    configuration: .init(address: .unixDomainSocket(path: CommandLine.arguments[1]), backlog: 4096),
    logger: logger
)
try await application.runService()
