extension Duration {
    /// Whole milliseconds, cut to what an `Int64` holds.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max / 4 : min(min(product, .max / 4) + attoseconds / 1_000_000_000_000_000, .max / 4)
    }
}
