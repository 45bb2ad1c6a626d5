public import HTTPTypes

// Made once: each answer has them.
extension HTTPField {
    /// `Accept-Ranges: bytes` (RFC 9110 §14.3).
    static let acceptsByteRanges = HTTPField(name: .acceptRanges, value: "bytes")

    /// `X-Content-Type-Options: nosniff`.
    static let noSniffing = HTTPField(name: .xContentTypeOptions, value: "nosniff")

    /// `X-Accel-Buffering: no`.
    static let noBuffering = HTTPField(name: .xAccelBuffering, value: "no")
}

extension HTTPField.Name {
    /// `Repr-Digest`: digests of the whole representation (RFC 9530 §3).
    public static let reprDigest = wellKnown("Repr-Digest")

    /// `X-Accel-Buffering`: whether nginx collects the response before it passes it on.
    public static let xAccelBuffering = wellKnown("X-Accel-Buffering")

    private static func wellKnown(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
