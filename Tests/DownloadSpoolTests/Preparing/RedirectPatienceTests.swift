import Testing

@testable import DownloadSpool

@Suite struct RedirectPatienceTests {
    @Test(
        "A client is sent to wait anew two times fewer than it follows redirects",
        arguments: [
            ("curl/8.5.0", 48), ("Wget/1.21.3", 18), ("Wget/1.21.3 (linux-gnu)", 18),
            ("python-requests/2.31.0", 28), ("Go-http-client/1.1", 8), ("Python-urllib/3.11", 8),
            ("Python/3.11 aiohttp/3.9.1", 8), ("libwww-perl/6.67", 5), ("Java-http-client/17.0.15", 3),
            ("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041", 3),
            ("Mozilla/5.0 (Linux; Debian) PowerShell/7.4.1", 3), ("GuzzleHttp/7", 3),
            ("Apache-HttpClient/4.5.14 (Java/17)", 48),
            // Who is not known, and who only looks like one of them.
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36", 18), ("PycURL/7.45 libcurl/7.88", 18),
            ("notcurl/1", 18), ("curl", 48), ("", 18), (nil, 18), ("/", 18), ("\u{212A}url/8", 18),
        ] as [(String?, Int)]
    )
    func waits(userAgent: String?, count: Int) {
        #expect(RedirectPatience.waits(of: userAgent) == count)
    }
}
