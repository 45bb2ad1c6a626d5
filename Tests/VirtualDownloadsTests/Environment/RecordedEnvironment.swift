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
    func built(without absent: Set<String> = []) -> DownloadRequest {
        var builder = RequestBuilder()
        for pair in parameters where !absent.contains(pair[0]) { builder.add(name: pair[0], value: pair[1]) }
        return builder.request(body: [], id: "")
    }
}
