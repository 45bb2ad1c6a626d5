public import DownloadCore
public import HTTPTypes

extension DownloadRequest {
    /// A GET of `target`: a path, with its query if it has one.
    public static func get(
        _ target: String = "/",
        headerFields: HTTPFields = [:],
        parameters: [String: String] = [:]
    ) -> DownloadRequest {
        make(.get, target, headerFields: headerFields, parameters: parameters)
    }

    /// A HEAD of `target`: a path, with its query if it has one.
    public static func head(
        _ target: String = "/",
        headerFields: HTTPFields = [:],
        parameters: [String: String] = [:]
    ) -> DownloadRequest {
        make(.head, target, headerFields: headerFields, parameters: parameters)
    }

    /// A request by any method for `target`: a path, with its query if it has one.
    public static func make(
        _ method: HTTPRequest.Method,
        _ target: String = "/",
        headerFields: HTTPFields = [:],
        parameters: [String: String] = [:],
        body: [UInt8] = []
    ) -> DownloadRequest {
        DownloadRequest(
            http: HTTPRequest(
                method: method,
                scheme: "https",
                authority: "downloads.example",
                path: target,
                headerFields: headerFields
            ),
            parameters: parameters,
            body: body,
            client: ClientAddress(host: "192.0.2.1", port: 50_000),
            id: "test"
        )
    }
}
