extension String {
    /// A number with what it counts: `1 byte`, `2 bytes`.
    ///
    /// - Parameter noun: What is counted, in the singular; an `s` makes it plural.
    package init(counting number: some BinaryInteger, _ noun: String) {
        self = "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
