internal import DownloadCore

/// How many redirects clients follow by themselves, as their User-Agent tells them apart.
///
/// A client that waits for a preparation is sent to wait again as often as that; one more would be an error for it.
enum RedirectPatience {
    /// By the product's name (RFC 9110 §10.1.5), in lower case: what each follows unless it is told otherwise.
    private static let limits: [(product: String, redirects: Int)] = [
        ("curl", 50), ("apache-httpclient", 50), ("python-requests", 30), ("wget", 20),
        ("go-http-client", 10), ("python-urllib", 10), ("aiohttp", 10), ("libwww-perl", 7),
        ("java-http-client", 5), ("powershell", 5), ("windowspowershell", 5), ("guzzlehttp", 5),
    ]

    /// What browsers follow (Fetch, “HTTP-redirect fetch”), and most libraries.
    private static let usual = 20
    /// What is left for redirects on the way: to HTTPS, and to a login and back.
    private static let reserve = 2

    /// How often a client is sent to wait again.
    static func waits(of userAgent: String?) -> Int {
        let words = (userAgent ?? "").splitOctets { $0 == 0x20 }
        let products = words.map { WireText(String($0.splitOctets(maxSplits: 1) { $0 == 0x2F }[0]).lowercasedASCII) }
        let known = limits.first { products.contains(WireText($0.product)) }
        return (known?.redirects ?? usual) - reserve
    }
}
