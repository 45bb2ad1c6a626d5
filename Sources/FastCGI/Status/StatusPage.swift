internal import DownloadCore
internal import DownloadSystem

/// A ``ServerStatus`` as text: for a person, for a program, for Prometheus.
enum StatusPage {
    enum Format {
        case html
        case json
        case prometheus

        var mediaType: String {
            switch self {
            case .html: "text/html; charset=utf-8"
            case .json: "application/json"
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            }
        }

        /// The format that a request for the page asks for: by the suffix of its path, else by `Accept`; nil for
        /// another path.
        init?(path: some StringProtocol, statusPath: String, accept: String?) {
            guard path.hasOctetPrefix(statusPath) else { return nil }
            switch WireText(String(path.droppingOctets(statusPath.utf8.count))) {
            case ".json": self = .json
            case ".prometheus": self = .prometheus
            case ".html": self = .html
            case "":
                let accept = accept ?? ""
                if accept.containsOctets("text/html") {
                    self = .html
                } else if accept.containsOctets("application/json") {
                    self = .json
                } else if accept.containsOctets("text/plain") || accept.containsOctets("openmetrics") {
                    self = .prometheus
                } else {
                    self = .html
                }
            default: return nil
            }
        }
    }

    static func text(of status: ServerStatus, as format: Format) -> String {
        switch format {
        case .html: html(status)
        case .json: json(status)
        case .prometheus: prometheus(status)
        }
    }

    /// The figures of the server as a whole, each with what Prometheus is to know of it.
    private static func figures(_ status: ServerStatus) -> [(name: String, type: String, help: String, value: Int64)] {
        [
            ("uptime_milliseconds", "gauge", "Time since the server started.", status.uptime),
            ("workers", "gauge", "Worker threads.", Int64(status.workers)),
            ("workers_idle", "gauge", "Worker threads with nothing to do.", Int64(status.idleWorkers)),
            ("queue", "gauge", "Tasks that wait for a worker.", Int64(status.queue)),
            ("held_bytes", "gauge", "Bytes that wait for slow clients.", Int64(status.heldBytes)),
            ("connections", "gauge", "Open connections.", Int64(status.connections)),
            ("requests_active", "gauge", "Requests under way.", Int64(status.active)),
            ("connections_accepted_total", "counter", "Connections accepted.", Int64(status.totals.accepted)),
            ("requests_served_total", "counter", "Requests answered whole.", Int64(status.totals.served)),
            (
                "requests_failed_total", "counter",
                "Downloads that failed after their first byte, and requests cut when the server stopped.",
                Int64(status.totals.failed)
            ),
            ("requests_aborted_total", "counter", "Downloads whose client left.", Int64(status.totals.aborted)),
            (
                "requests_timed_out_total", "counter", "Requests that passed a limit on time.",
                Int64(status.totals.timedOut)
            ),
            (
                "requests_evicted_total", "counter",
                "Downloads cut for lack of room, whose clients had taken nothing for longest.",
                Int64(status.totals.evicted)
            ),
            (
                "accepting_pauses_total", "counter", "Pauses in accepting, since descriptors or memory ran out.",
                Int64(status.totals.pauses)
            ),
            ("content_bytes_total", "counter", "Bytes of content handed to clients.", status.totals.bytes),
        ] + status.furtherFigures.map { ($0.name, $0.type, $0.help, $0.value) }
    }

    private static func prometheus(_ status: ServerStatus) -> String {
        var text = ""
        for figure in figures(status) {
            text += "# HELP downloadview_\(figure.name) \(figure.help)\n"
            text += "# TYPE downloadview_\(figure.name) \(figure.type)\n"
            text += "downloadview_\(figure.name) \(figure.value)\n"
        }
        text += "# HELP downloadview_refused_total Requests turned away before any view.\n"
        text += "# TYPE downloadview_refused_total counter\n"
        // Unicode equality: sorted for a person.
        for (reason, count) in status.totals.refused.sorted(by: { $0.key < $1.key }) {
            text += "downloadview_refused_total{reason=\"\(reason)\"} \(count)\n"
        }
        text += "# HELP downloadview_limit A limit in force.\n# TYPE downloadview_limit gauge\n"
        for limit in status.limits { text += "downloadview_limit{name=\"\(limit.name)\"} \(limit.value)\n" }
        return text
    }

    private static func json(_ status: ServerStatus) -> String {
        let figures = figures(status).map { "\"\($0.name)\": \($0.value)" }
        // Unicode equality: sorted for a person.
        let refused = status.totals.refused.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        let limits = status.limits.map { "\"\($0.name)\": \($0.value)" }
        let slowest = status.slowest.map {
            "{\"id\": \($0.id.jsonString), \"target\": \($0.target.jsonString), "
                + "\"route\": \($0.route.jsonString), \"phase\": \"\($0.phase)\", "
                + "\"milliseconds\": \($0.milliseconds), \"bytes\": \($0.bytes)}"
        }
        return """
            {
              \(figures.joined(separator: ",\n  ")),
              "refused": {\(refused.joined(separator: ", "))},
              "limits": {\(limits.joined(separator: ", "))},
              "slowest": [\(slowest.joined(separator: ", "))]
            }

            """
    }

    private static func html(_ status: ServerStatus) -> String {
        let rows = figures(status).map { "<tr><th>\($0.help)</th><td>\($0.value)</td></tr>" }
        // Unicode equality: sorted for a person.
        let refused = status.totals.refused.sorted { $0.key < $1.key }
            .map { "<tr><th>Refused: \(escapedForHTML($0.key))</th><td>\($0.value)</td></tr>" }
        let slowest = status.slowest.map {
            "<tr><td>\(escapedForHTML($0.id))</td><td>\(escapedForHTML($0.target))</td><td>\(escapedForHTML($0.route))</td>"
                + "<td>\($0.phase)</td><td>\($0.milliseconds)</td><td>\($0.bytes)</td></tr>"
        }
        let limits = status.limits.map { "<tr><th>\($0.name)</th><td>\($0.value)</td></tr>" }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>DownloadView status</title>
            <style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}
            th,td{border:1px solid #ccc;padding:.2em .6em;text-align:left}\
            td{font-variant-numeric:tabular-nums}</style></head>
            <body><h1>DownloadView</h1>
            <table>\((rows + refused).joined(separator: "\n"))</table>
            <h2>Slowest requests under way</h2>
            <table><tr><th>Request</th><th>Target</th><th>Route</th><th>Phase</th><th>Milliseconds</th><th>Bytes</th></tr>
            \(slowest.joined(separator: "\n"))</table>
            <h2>Limits</h2>
            <table>\(limits.joined(separator: "\n"))</table>
            </body></html>

            """
    }

    private static func escapedForHTML(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
