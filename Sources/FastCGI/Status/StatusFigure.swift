internal import DownloadCore

/// A figure that something else than the server tells of itself, for the server's status page and metrics.
public struct StatusFigure: Sendable {
    /// What it is called, behind `downloadview_`: lower-case letters and underscores, `_total` at the end of one that
    /// only grows.
    public var name: String
    /// What it is, in a sentence.
    public var help: String
    public var value: Int64

    public init(_ name: String, _ help: String, _ value: Int64) {
        self.name = name
        self.help = help
        self.value = value
    }

    /// Whether it only grows.
    var isCounter: Bool { name.hasOctetSuffix("_total") }

    /// What Prometheus calls its kind.
    var type: String { isCounter ? "counter" : "gauge" }
}
