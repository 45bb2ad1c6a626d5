import DownloadCore
import Testing

@testable import DownloadSpool

@Suite struct PreparationPageTests {
    private func page(_ state: PreparationPage.State, name: String = "report.csv") -> PreparationPage {
        PreparationPage(
            state: state,
            name: name,
            texts: .english,
            page: "/r?a=1&preparation=x-page",
            status: "/r?a=1&preparation=x-status",
            file: "/r?a=1&preparation=x-file",
            again: "/r?a=1"
        )
    }

    private let running = PreparationTextsTests.status(bytes: 500, size: 1000, elapsed: .seconds(30))

    @Test("While it is made the page loads itself anew without a script, and asks with one")
    func runs() {
        let html = page(.running(running)).html
        let refresh =
            "<noscript><meta http-equiv=\"refresh\" content=\"3; url=/r?a=1&amp;preparation=x-page\"></noscript>"
        #expect(html.contains(refresh))
        #expect(html.contains("<script>\(PreparationPage.script)</script>"))
        #expect(html.contains("data-status=\"/r?a=1&amp;preparation=x-status\""))
        #expect(html.contains("value=\"50\"") && html.contains("aria-live=\"polite\""))
        #expect(html.contains("500 bytes of 1.0 kB · 50 % · about 30 seconds left"))
    }

    @Test("A bar without a value is one that moves, where nobody knows how far it is")
    func isIndeterminate() {
        let html = page(.running(PreparationTextsTests.status(bytes: 500))).html
        #expect(html.contains("<progress id=\"bar\" max=\"100\" aria-labelledby"))
    }

    @Test("When it is ready the page starts the download, and has no script")
    func isReady() {
        let html = page(.ready).html
        #expect(html.contains("<meta http-equiv=\"refresh\" content=\"0; url=/r?a=1&amp;preparation=x-file\">"))
        #expect(html.contains(">Download it again</a>"))
        #expect(!html.contains("<script>") && !html.contains("noscript"))
    }

    @Test("A failure is said, with what the client is told of it, and a link that begins anew")
    func hasFailed() {
        let html = page(.failed(detail: "a < b")).html
        #expect(html.contains("role=\"alert\""))
        #expect(html.contains("a &lt; b"))
        #expect(html.contains("<a href=\"/r?a=1\">Try again</a>"))
        #expect(!html.contains("http-equiv"))
    }

    @Test("Nothing of a name or a target gets out of its place")
    func escapes() {
        let name = "\"><script>alert('1')</script>&amp;"
        for state in [PreparationPage.State.running(running), .ready, .failed(detail: name)] {
            var page = page(state, name: name)
            page.again = "/r?\"><script>"
            let html = page.html
            #expect(!html.contains("alert('1')"))
            #expect(!html.contains("?\"><script>"))
            #expect(html.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;"))
        }
    }

    @Test("A browser lets the page do what it needs, and nothing else")
    func policy() {
        let policy = page(.running(running)).contentSecurityPolicy
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(policy.contains("script-src 'sha256-") && policy.contains("connect-src 'self'"))
        #expect(!policy.contains("unsafe"))
        for state in [PreparationPage.State.ready, .failed(detail: nil)] {
            #expect(!page(state).contentSecurityPolicy.contains("script-src"))
        }
        // No style or handler in an attribute, which it would not allow.
        for attribute in [" style=", " onclick=", " onload="] {
            #expect(!page(.running(running)).html.contains(attribute))
        }
    }

    @Test("A language that is written from right to left is said to be")
    func direction() {
        var page = page(.ready)
        page.texts.language = "ar"
        page.texts.isRightToLeft = true
        #expect(page.html.contains("<html lang=\"ar\" dir=\"rtl\">"))
    }
}
