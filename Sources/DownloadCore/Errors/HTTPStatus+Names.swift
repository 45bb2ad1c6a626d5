public import HTTPTypes

extension HTTPResponse.Status {
    /// 402 Payment Required (RFC 9110 §15.5.3).
    public static var paymentRequired: HTTPResponse.Status { .init(code: 402, reasonPhrase: "Payment Required") }
    /// 423 Locked (RFC 4918 §11.3).
    public static var locked: HTTPResponse.Status { .init(code: 423, reasonPhrase: "Locked") }
    /// 507 Insufficient Storage (RFC 4918 §11.5).
    public static var insufficientStorage: HTTPResponse.Status {
        .init(code: 507, reasonPhrase: "Insufficient Storage")
    }

    /// The status with the reason phrase that is registered for it, if it was given by its number alone.
    var named: HTTPResponse.Status {
        guard reasonPhrase.isEmpty else { return self }
        return Self.wellKnown.first { $0.code == code } ?? self
    }

    private static let wellKnown: [HTTPResponse.Status] = [
        .multipleChoices, .movedPermanently, .found, .seeOther, .temporaryRedirect, .permanentRedirect,
        .badRequest, .unauthorized, .paymentRequired, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
        .proxyAuthenticationRequired, .requestTimeout, .conflict, .gone, .lengthRequired, .preconditionFailed,
        .contentTooLarge, .uriTooLong, .unsupportedMediaType, .rangeNotSatisfiable, .expectationFailed,
        .misdirectedRequest, .unprocessableContent, .locked, .tooEarly, .upgradeRequired, .preconditionRequired,
        .tooManyRequests, .requestHeaderFieldsTooLarge, .unavailableForLegalReasons,
        .internalServerError, .notImplemented, .badGateway, .serviceUnavailable, .gatewayTimeout,
        .httpVersionNotSupported, .insufficientStorage, .networkAuthenticationRequired,
        .init(code: 424, reasonPhrase: "Failed Dependency"), .init(code: 508, reasonPhrase: "Loop Detected"),
    ]
}
