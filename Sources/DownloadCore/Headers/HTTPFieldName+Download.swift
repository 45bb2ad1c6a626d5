public import HTTPTypes

extension HTTPField.Name {
    /// `Repr-Digest`: digests of the whole representation (RFC 9530 §3).
    public static let reprDigest = wellKnown("Repr-Digest")

    /// `X-Accel-Buffering`: whether nginx collects the response before it passes it on.
    package static let xAccelBuffering = wellKnown("X-Accel-Buffering")

    /// `Prefer`: how the client would like the request to be handled (RFC 7240 §2).
    package static let prefer = wellKnown("Prefer")

    /// `Preference-Applied`: which of those were honoured (RFC 7240 §3).
    package static let preferenceApplied = wellKnown("Preference-Applied")

    /// `Sec-Fetch-Mode` and `Sec-Fetch-Dest`: what a browser asks for, and what for (Fetch Metadata, W3C).
    package static let secFetchMode = wellKnown("Sec-Fetch-Mode")
    package static let secFetchDest = wellKnown("Sec-Fetch-Dest")

    private static func wellKnown(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
