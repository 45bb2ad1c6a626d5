import HTTPTypes

/// The page of an ``IndexView``, as HTML that needs nothing besides itself.
struct IndexPage {
    /// One route.
    struct Entry {
        /// As a client writes it.
        var path: String
        /// The head that the route is answered with; nil if nobody could ask for it.
        var answer: HTTPResponse?
    }

    var place: IndexPlace
    var entries: [Entry]

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Downloads</title>
        <style>
        :root { color-scheme: light dark; }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 0 auto; padding: 1rem; }
        ul { list-style: none; padding: 0; }
        li { border-top: 1px solid #8888; padding: 0.75rem 0; }
        a { font-weight: 600; overflow-wrap: anywhere; }
        p { margin: 0.25rem 0; }
        code { display: block; overflow-x: auto; padding: 0.5rem; background: #8882; border-radius: 0.25rem; }
        </style>
        <h1>Downloads</h1>
        <p>What this program serves, and how to fetch it.</p>
        <ul>
        \(entries.map(item).joined(separator: "\n"))
        </ul>
        </html>

        """
    }

    private func item(_ entry: Entry) -> String {
        let path = entry.path.escapedForHTML
        // `-J` takes the name that the server gives.
        let command = "curl -OJ '\(place.url(of: entry.path))'".escapedForHTML
        let link = entry.answer == nil ? "<strong>\(path)</strong>" : "<a href=\"\(path)\">\(path)</a>"
        return "<li>\(link)\n<p>\(note(on: entry.answer).escapedForHTML)</p>\n<code>\(command)</code></li>"
    }

    /// What the head says of the file.
    private func note(on answer: HTTPResponse?) -> String {
        guard let answer else { return "Put a value in the place of what is in braces." }
        guard answer.status.kind == .successful else {
            return answer.status == .forbidden
                ? "Only with a signed link: the command “sign” makes one."
                : "Answers \(answer.status.code)."
        }
        let size = answer.headerFields[.contentLength].map { $0 == "1" ? "1 byte" : "\($0) bytes" }
        return [answer.headerFields[.contentType], size ?? "size unknown"].compactMap(\.self).joined(separator: " · ")
    }
}

extension String {
    /// The text as it stands in HTML, between tags or between quotes.
    fileprivate var escapedForHTML: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
