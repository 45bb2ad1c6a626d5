internal import DownloadSpool
internal import FastCGI
internal import Logging

extension SpoolFigures {
    /// The figures as the server's status and metrics show them.
    var statusFigures: [StatusFigure] {
        [
            StatusFigure("spool_hits_total", "Requests served from a whole file of the spool.", Int64(hits)),
            StatusFigure("spool_shared_total", "Requests that shared a generation.", Int64(shared)),
            StatusFigure("spool_generations_total", "Generators run for the spool.", Int64(generations)),
            StatusFigure("spool_failures_total", "Generators that failed.", Int64(failures)),
            StatusFigure("spool_cancellations_total", "Generations that nobody wanted any more.", Int64(cancellations)),
            StatusFigure("spool_evictions_total", "Files removed from the spool.", Int64(evictions)),
            StatusFigure("spool_bypassed_total", "Contents streamed past the spool.", Int64(bypassed)),
            StatusFigure("spool_running", "Generations under way.", Int64(running)),
            StatusFigure("spool_bytes", "Bytes in the spool.", bytes),
            StatusFigure("spool_files", "Files in the spool.", Int64(files)),
        ]
    }

    /// The figures for a line of the log.
    var metadata: Logger.Metadata {
        Logger.Metadata(
            uniqueKeysWithValues: statusFigures.map { figure in
                let name = figure.name.dropFirst("spool_".count)
                return (String(name.hasSuffix("_total") ? name.dropLast("_total".count) : name), "\(figure.value)")
            }
        )
    }
}
