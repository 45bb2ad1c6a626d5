internal import DownloadCore

/// The page that a person sees while a download is being prepared: values, and the HTML of them.
///
/// Without a script it reloads itself; with one it asks how far it is. Nothing of it comes from elsewhere.
struct PreparationPage {
    enum State {
        case running(GenerationStatus)
        case ready
        /// With what the client is told of it; nil for nothing.
        case failed(detail: String?)
    }

    var state: State
    /// The file's name, as the client will save it.
    var name: String
    var texts: PreparationTexts
    /// The page itself, the progress for its script, the file, and the link that starts over.
    var page: String
    var status: String
    var file: String
    var again: String

    /// What a browser lets the page do: nothing but its own style and script, and asking this site.
    var contentSecurityPolicy: String {
        var policy = "default-src 'none'; style-src \(Self.styleSource)"
        if case .running = state { policy += "; script-src \(Self.scriptSource); connect-src 'self'" }
        return policy + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    }

    var html: String {
        """
        <!doctype html>
        <html lang="\(texts.language.escapedForHTML)"\(texts.isRightToLeft ? " dir=\"rtl\"" : "")>
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <meta name="color-scheme" content="light dark">
        \(refresh)<title>\(name.escapedForHTML)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        \(main)
        \(script)</body>
        </html>

        """
    }

    private var refresh: String {
        switch state {
        case .running(let status):
            let seconds = PreparationReport.interval(for: status)
            let tag = "<meta http-equiv=\"refresh\" content=\"\(seconds); url=\(page.escapedForHTML)\">"
            return "<noscript>\(tag)</noscript>\n"
        case .ready:
            return "<meta http-equiv=\"refresh\" content=\"0; url=\(file.escapedForHTML)\">\n"
        case .failed:
            return ""
        }
    }

    private var script: String {
        if case .running = state { "<script>\(Self.script)</script>\n" } else { "" }
    }

    private var main: String {
        let title = "<h1>\(name.escapedForHTML)</h1>"
        switch state {
        case .running(let status):
            let line = texts.line(for: status)
            let value = status.fraction.map { " value=\"\(PreparationTexts.percent(of: $0))\"" } ?? ""
            return """
                <main id="preparation"\(scriptData)>
                \(title)
                <p id="state" role="status" aria-live="polite">\(texts.preparing.escapedForHTML)</p>
                <progress id="bar" max="100"\(value) aria-labelledby="state" aria-describedby="line"></progress>
                <p id="line">\(line.escapedForHTML)</p>
                <p id="note">\(texts.note.escapedForHTML)</p>
                <p id="link" hidden><a href="\(file.escapedForHTML)">\(texts.download.escapedForHTML)</a></p>
                </main>
                """
        case .ready:
            return """
                <main id="preparation">
                \(title)
                <p id="state" role="status" aria-live="polite">\(texts.ready.escapedForHTML)</p>
                <progress id="bar" max="100" value="100" aria-labelledby="state"></progress>
                <p id="link"><a href="\(file.escapedForHTML)">\(texts.download.escapedForHTML)</a></p>
                </main>
                """
        case .failed(let detail):
            let line = detail.map { "<p id=\"line\">\($0.escapedForHTML)</p>\n" } ?? ""
            return """
                <main id="preparation" class="failed">
                \(title)
                <p id="state" role="alert">\(texts.failed.escapedForHTML)</p>
                \(line)\
                <p id="link"><a href="\(again.escapedForHTML)">\(texts.tryAgain.escapedForHTML)</a></p>
                </main>
                """
        }
    }

    /// What the script has to know.
    private var scriptData: String {
        [
            ("status", status), ("file", file), ("again", again), ("ready", texts.ready), ("failed", texts.failed),
            ("retry", texts.tryAgain),
        ]
        .map { " data-\($0)=\"\($1.escapedForHTML)\"" }.joined()
    }
}

extension PreparationPage {
    static let styleSource = source(of: style)
    static let scriptSource = source(of: script)

    /// A text as Content-Security-Policy allows it: by its digest (CSP 3, §2.3.1).
    private static func source(of text: String) -> String {
        var hash = ContentHash()
        hash.update(text)
        return "'sha256-\(Base64.encoded(hash.finish()))'"
    }

    static let style = """
        :root{color-scheme:light dark;--text:#1c1c1e;--muted:#55555c;--back:#f4f4f6;--card:#fff;--accent:#0b57d0;\
        --bad:#b3261e}
        @media (prefers-color-scheme:dark){:root{--text:#ececf0;--muted:#b4b4bd;--back:#131316;--card:#1e1e23;\
        --accent:#8ab4f8;--bad:#f2b8b5}}
        body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--back);color:var(--text);\
        font:1rem/1.5 system-ui,sans-serif}
        main{box-sizing:border-box;width:min(32rem,100vw - 2rem);margin:1rem;padding:1.5rem;border-radius:.75rem;\
        background:var(--card);overflow-wrap:anywhere}
        h1{margin:0 0 .75rem;font-size:1.25rem;line-height:1.3}
        p{margin:.5rem 0}
        progress{display:block;width:100%;height:.75rem;margin:1rem 0;accent-color:var(--accent)}
        #line{min-height:1.5em;font-variant-numeric:tabular-nums}
        #note{color:var(--muted)}
        a{color:var(--accent)}
        .failed #state{color:var(--bad);font-weight:600}
        [hidden]{display:none}
        """

    static let script = """
        (function () {
          "use strict";
          var box = document.getElementById("preparation"), data = box.dataset, timer, failures = 0, asking = false;
          function element(id) { return document.getElementById(id); }
          function hide(id) { element(id).hidden = true; }
          function later(seconds) { clearTimeout(timer); timer = setTimeout(ask, seconds * 1000); }
          function ready() {
            clearTimeout(timer);
            timer = null;
            element("state").textContent = data.ready;
            element("bar").value = 100;
            hide("line");
            hide("note");
            element("link").hidden = false;
            location.href = data.file;
          }
          function fail(detail) {
            clearTimeout(timer);
            timer = null;
            box.className = "failed";
            element("state").setAttribute("role", "alert");
            element("state").textContent = data.failed;
            element("line").textContent = detail || "";
            if (!detail) hide("line");
            hide("bar");
            hide("note");
            var link = element("link").firstElementChild;
            link.href = data.again;
            link.textContent = data.retry;
            element("link").hidden = false;
          }
          function show(report) {
            element("line").textContent = report.text;
            if (typeof report.progress === "number") element("bar").value = Math.floor(report.progress * 100);
            failures = 0;
            later(report.retryAfter);
          }
          function isGone(status) { return [401, 403, 404, 410].indexOf(status) >= 0; }
          function retry() {
            failures += 1;
            later(Math.min(30, 2 * failures));
          }
          function ask() {
            if (asking || timer === null) return;
            asking = true;
            fetch(data.status, {redirect: "manual", cache: "no-store", headers: {Accept: "application/json"}})
              .then(function (answer) {
                asking = false;
                if (answer.type === "opaqueredirect") return ready();
                var type = answer.headers.get("Content-Type") || "";
                if (type.indexOf("json") < 0) {
                  if (isGone(answer.status)) return location.reload();
                  return retry();
                }
                return answer.json().then(function (report) {
                  if (report.state === "running") return show(report);
                  if (report.state === "failed") return fail(report.detail);
                  if (isGone(report.status)) return location.reload();
                  retry();
                });
              })
              .catch(function () { asking = false; retry(); });
          }
          document.addEventListener("visibilitychange", function () {
            if (document.visibilityState === "visible" && timer !== null) ask();
          });
          window.addEventListener("pageshow", function (event) {
            if (event.persisted && timer !== null) ask();
          });
          later(1);
        })();
        """
}

extension String {
    /// The text as it stands in HTML, between tags or in an attribute's double quotes.
    fileprivate var escapedForHTML: String {
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case UInt8(ascii: "'"): bytes += Array("&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
