public import DownloadCore
public import HTTPTypes

/// Lets scripts of other sites read the responses: CORS (WHATWG Fetch §3.2).
///
///     CrossOriginSharing(origins: ["https://app.example.com"])
///
/// Every response carries the fields, errors and 304 too, and the preflight, an OPTIONS that a browser sends first, is
/// answered here. So it comes before whatever else refuses requests. It keeps nobody out: programs other than browsers
/// ignore it.
public struct CrossOriginSharing: DownloadMiddleware {
    private let origins: [String]?
    private let preflightFields: HTTPFields
    private let exposed: String
    private let allowsCredentials: Bool

    /// Creates it for some origins.
    ///
    /// - Parameters:
    ///   - origins: Schemes and hosts, with the port where it is not the usual one, as a browser sends them:
    ///     `https://app.example.com`. Nil for all; then nothing that needs a cookie or a password can be read.
    ///   - methods: What a script may ask by.
    ///   - headerFields: What a script may send. The default is what a download that is resumed or revalidated takes.
    ///   - exposed: What of the response a script may read, besides what it always may. The default is what a download
    ///     says about itself.
    ///   - allowsCredentials: Whether a browser sends cookies and passwords with it; only together with `origins`.
    ///   - maximumAge: For how many seconds a browser remembers the answer to the preflight.
    public init(
        origins: [String]? = nil,
        methods: [HTTPRequest.Method] = [.get, .head],
        headerFields: [HTTPField.Name] = [.authorization, .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange, .range],
        exposed: [HTTPField.Name] = [
            .acceptRanges, .contentDisposition, .contentEncoding, .contentLength, .contentRange, .eTag, .retryAfter,
        ],
        allowsCredentials: Bool = false,
        maximumAge: Int = 600
    ) {
        self.origins = origins
        self.exposed = exposed.map(\.rawName).joined(separator: ", ")
        self.allowsCredentials = allowsCredentials && origins != nil
        preflightFields = [
            .accessControlAllowMethods: methods.map(\.rawValue).joined(separator: ", "),
            .accessControlAllowHeaders: headerFields.map(\.rawName).joined(separator: ", "),
            .accessControlMaxAge: String(max(0, maximumAge)),
        ]
    }

    public func willRespond(to request: inout DownloadRequest) -> DownloadResponse? {
        guard request.method == .options, request.headerFields.contains(.origin),
            request.headerFields.contains(.accessControlRequestMethod)
        else { return nil }
        // An origin that may not is told nothing, by which the browser knows.
        var preflight = DownloadResponse(status: .noContent)
        if allows(request) { preflight.headerFields = preflightFields }
        return response(preflight, to: request)
    }

    public func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        if origins != nil {
            // Whoever asks: a cache must not give one origin's answer to another.
            response.headerFields.append(HTTPField(name: .vary, value: "Origin"))
        }
        guard let origin = request.headerFields[.origin], allows(request) else { return response }
        response.headerFields[.accessControlAllowOrigin] = origins == nil ? "*" : origin
        response.headerFields[.accessControlExposeHeaders] = exposed
        if allowsCredentials { response.headerFields[.accessControlAllowCredentials] = "true" }
        return response
    }

    private func allows(_ request: DownloadRequest) -> Bool {
        guard let origins else { return true }
        guard let origin = request.headerFields[.origin] else { return false }
        return origins.contains { $0.isOctetEqual(to: origin) }
    }
}
