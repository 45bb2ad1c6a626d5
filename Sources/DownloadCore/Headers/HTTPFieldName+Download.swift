public import HTTPTypes

extension HTTPField.Name {
    /// `Repr-Digest`: digests of the whole representation (RFC 9530 §3).
    public static let reprDigest = wellKnown("Repr-Digest")

    /// `X-Accel-Buffering`: whether nginx collects the response before it passes it on.
    package static let xAccelBuffering = wellKnown("X-Accel-Buffering")

    private static func wellKnown(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
