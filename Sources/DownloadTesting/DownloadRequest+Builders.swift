public import DownloadCore
public import HTTPTypes

extension DownloadRequest {
    /// A GET of `target`: a path, with its query if it has one.
    ///
    /// - Parameter user: The name of the user whom the web server has authenticated; nil, the default, for none.
    public static func get(
        _ target: String = "/",
        headerFields: HTTPFields = [:],
        parameters: NamedValues = [:],
        user: String? = nil
    ) -> DownloadRequest {
        make(.get, target, headerFields: headerFields, parameters: parameters, user: user)
    }

    /// A HEAD of `target`: a path, with its query if it has one.
    ///
    /// - Parameter user: The name of the user whom the web server has authenticated; nil, the default, for none.
    public static func head(
        _ target: String = "/",
        headerFields: HTTPFields = [:],
        parameters: NamedValues = [:],
        user: String? = nil
    ) -> DownloadRequest {
        make(.head, target, headerFields: headerFields, parameters: parameters, user: user)
    }

    /// A POST of a form to `target`, as a browser sends it (`application/x-www-form-urlencoded`).
    ///
    /// - Parameter user: The name of the user whom the web server has authenticated; nil, the default, for none.
    public static func post(
        _ target: String = "/",
        form: KeyValuePairs<String, String>,
        parameters: NamedValues = [:],
        user: String? = nil
    ) -> DownloadRequest {
        var body: [UInt8] = []
        for (name, value) in form {
            if !body.isEmpty { body.append(UInt8(ascii: "&")) }
            body.append(percentEncoding: name.utf8, keeping: \.isUnreserved)
            body.append(UInt8(ascii: "="))
            body.append(percentEncoding: value.utf8, keeping: \.isUnreserved)
        }
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        return make(.post, target, headerFields: fields, parameters: parameters, body: body, user: user)
    }

    /// A request by any method for `target`: a path, with its query if it has one.
    ///
    /// - Parameter user: The name of the user whom the web server has authenticated; nil, the default, for none.
    public static func make(
        _ method: HTTPRequest.Method,
        _ target: String = "/",
        headerFields: HTTPFields = [:],
        parameters: NamedValues = [:],
        body: [UInt8] = [],
        user: String? = nil
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
            user: user,
            id: "test"
        )
    }
}
