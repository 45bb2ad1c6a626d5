internal import CoreMetrics
internal import DownloadCore
internal import DownloadSystem

/// The figures of others that the server shows, and hands on to whatever collects metrics.
final class FurtherFigures: Sendable {
    private let source: Lock<@Sendable () -> [StatusFigure]>
    /// What was handed on of those that only grow.
    private let counted = Lock<[WireText: Int64]>([:])
    private let metrics: any MetricsFactory

    init(metrics: any MetricsFactory) {
        self.metrics = metrics
        source = Lock({ [] })
    }

    /// Takes the figures from there.
    func use(_ source: @escaping @Sendable () -> [StatusFigure]) {
        self.source.withLock { $0 = source }
    }

    var current: [StatusFigure] { source.withLock { $0 }() }

    /// Hands them on; called every tick.
    func record() {
        for figure in current {
            let label = "downloadview_\(figure.name)"
            guard figure.isCounter else {
                Gauge(label: label, factory: metrics).record(figure.value)
                continue
            }
            let more = counted.withLock { counted in
                let before = counted.updateValue(figure.value, forKey: figure.name.wire) ?? 0
                return figure.value - before
            }
            if more > 0 { Counter(label: label, factory: metrics).increment(by: more) }
        }
    }
}
