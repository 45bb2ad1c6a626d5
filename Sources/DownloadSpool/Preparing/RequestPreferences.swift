internal import DownloadCore
internal import HTTPTypes

extension DownloadRequest {
    /// Whether a person's browser opens the link, so that a page may come instead of the file.
    ///
    /// A page is for clients that ask for HTML before anything else. What browsers say of a request besides (Fetch
    /// Metadata) has to agree: a script, a video element and a link with `download` get the file, and so does who asks
    /// for a part of it.
    var isNavigation: Bool {
        guard method == .get, !headerFields.contains(.range), headerFields.contains(.accept),
            preferredMediaType(of: ["application/octet-stream", "text/html"])?.wire == "text/html"
        else { return false }
        if let mode = headerFields[.secFetchMode], mode.wire != "navigate" { return false }
        guard let destination = headerFields[.secFetchDest] else { return true }
        return ["document", "iframe", "frame"].contains { destination.wire == $0 }
    }

    /// How long a client that prefers an answer before the file is ready would wait for it (RFC 7240 §4.1, §4.3); nil
    /// for one that does not.
    var asynchronousWait: Duration? {
        guard let field = headerFields[.prefer] else { return nil }
        var isAsynchronous = false
        var wait: Int64 = 0
        for preference in field.splitOctets(whereSeparator: { $0 == UInt8(ascii: ",") }) {
            // A preference may have parameters, of which these have none.
            let words = preference.utf8.prefix { $0 != UInt8(ascii: ";") }
                .filter { $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: "\"") }
            let word = String(decoding: words, as: UTF8.self).lowercasedASCII
            if word.wire == "respond-async" { isAsynchronous = true }
            if word.hasOctetPrefix("wait="), let seconds = Int64(word.droppingOctets(5)) { wait = max(0, seconds) }
        }
        return isAsynchronous ? .seconds(min(wait, 3600)) : nil
    }
}
