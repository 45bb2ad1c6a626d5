import DownloadCore
import Foundation
import Testing

@testable import FastCGI

/// The parameters that one web server sent for one request, as they were recorded.
struct RecordedEnvironment: Decodable, Sendable {
    /// The server and how it was configured.
    var server: String
    /// What the client asked.
    var request: String
    /// Names with values, in the order they came.
    var parameters: [[String]]

    /// All recordings: 33 configurations of nginx, Apache, lighttpd, Caddy and h2o.
    static func all() throws -> [RecordedEnvironment] {
        let url = Bundle.module.bundleURL.appending(path: "Resources/environments.jsonl")
        let decoder = JSONDecoder()
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
            .map { try decoder.decode(RecordedEnvironment.self, from: Data($0.utf8)) }
    }

    /// The recordings of the request that begins with `prefix`, of which there must be some.
    static func all(of prefix: String) throws -> [RecordedEnvironment] {
        let recordings = try all().filter { $0.request.hasPrefix(prefix) }
        try #require(!recordings.isEmpty, "no request “\(prefix)” was recorded")
        return recordings
    }

    subscript(name: String) -> String? {
        parameters.last { $0[0] == name }?[1]
    }

    /// The request that these parameters make, with those of `absent` taken out before.
    func built(without absent: Set<String> = [], isCGI: Bool = false) -> DownloadRequest {
        var builder = RequestBuilder()
        for pair in parameters where !absent.contains(pair[0]) { builder.add(name: pair[0], value: pair[1]) }
        return builder.request(body: [], id: "", isCGI: isCGI)
    }

    /// The request as libfcgi reads the excerpt of what the server sends; nil if there is no excerpt.
    func builtOfExcerpt() throws -> DownloadRequest? {
        func length(_ text: String) -> [UInt8] {
            let count = UInt32(text.utf8.count)
            return count < 128
                ? [UInt8(count)]
                : [0x80 | UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
        }
        let content = parameters.flatMap { length($0[0]) + length($0[1]) + $0[0].utf8 + $0[1].utf8 }
        let request: [UInt8] =
            [1, 1, 0, 1, 0, 8, 0, 0] + [0, 1, 0, 0, 0, 0, 0, 0]
            + [1, 4, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 0xFF), 0, 0] + content
            + [1, 4, 0, 1, 0, 0, 0, 0] + [1, 5, 0, 1, 0, 0, 0, 0]
        var buffer = [UInt8](repeating: 0, count: request.count)
        var requestPipe = RequestPipe()
        guard LibFCGI.initStatus == 0 else { return nil }
        return try unsafe request.withUnsafeBytes { request in
            try unsafe buffer.withUnsafeMutableBytes { buffer in
                let excerpt = unsafe ParameterFilter.make(of: request, in: buffer)
                guard unsafe excerpt.baseAddress != request.baseAddress else { return nil }
                return try unsafe requestPipe.give(excerpt) { RequestReader.read(from: $0, id: "") }?.request
            }
        }
    }
}
