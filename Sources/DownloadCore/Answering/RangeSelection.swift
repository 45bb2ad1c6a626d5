/// How a file can serve a part of its content, if at all.
///
/// Only with a known size and a strong entity tag: with less, a client could join the parts of two different contents.
enum RangeSupport: Equatable {
    case none
    /// The content starts anywhere at no cost.
    case seeks
    /// The content is produced again from its beginning, and at most this many bytes of it are dropped.
    case skips(atMost: Int64)

    init(of file: borrowing StatedProperties, size: Int64?, in view: some VirtualDownloadView) {
        guard size != nil, file.entityTag?.isWeak == false else {
            self = .none
            return
        }
        self =
            if file.isSeekable { .seeks } else if file.isRepeatable {
                .skips(atMost: view.maximumSkippedBytes.optionValue ?? 4 << 20)
            } else { .none }
    }
}

/// What a Range field selects of a content (RFC 9110 §14).
enum RangeSelection: Equatable {
    /// Everything: the field is invalid or not supported.
    case whole
    /// Everything, since more would be produced in vain than a range may cost.
    case tooCostly
    case one(Range<Int64>)
    /// Two or more ranges that neither overlap nor touch.
    case several([Range<Int64>])
    /// None of the ranges exists.
    case unsatisfiable

    /// Selects the ranges that `field` names of a content of `size` bytes.
    init(_ field: String, size: Int64, support: RangeSupport) {
        guard support != .none else {
            self = .whole
            return
        }
        // As almost all clients ask: it takes no list.
        if let range = ByteRangeSet.onlyRange(of: field, size: size) {
            if case .skips(let limit) = support, range.lowerBound > limit {
                self = .tooCostly
            } else {
                self = .one(range)
            }
            return
        }
        guard let set = ByteRangeSet(field) else {
            self = .whole
            return
        }
        let ranges = set.resolved(size: size)
        guard let first = ranges.first else {
            self = set.isSatisfiable(size: size) ? .whole : .unsatisfiable
            return
        }
        // What frames the parts must not lift their sum over the largest length there is.
        guard ranges.count == 1 || size < .max / 2 else {
            self = .whole
            return
        }
        if case .skips(let limit) = support {
            guard let skipped = Self.bytesSkipped(before: ranges), skipped <= limit else {
                self = .tooCostly
                return
            }
        }
        self = ranges.count == 1 ? .one(first) : .several(ranges)
    }

    /// How many bytes a seekable file produces in vain for what is selected.
    func skippedBytes(by file: some DownloadFile) -> Int64 {
        switch self {
        case .whole, .tooCostly, .unsatisfiable: return 0
        case .one(let range): return file.skippedBytes(for: range)
        case .several(let ranges):
            // Each is a run of its own.
            return ranges.reduce(0) { sum, range in
                let (total, overflows) = sum.addingReportingOverflow(max(0, file.skippedBytes(for: range)))
                return overflows ? .max : total
            }
        }
    }

    /// How many bytes one run from the beginning produces in vain; nil if the ranges do not ascend, which takes several
    /// runs.
    private static func bytesSkipped(before ranges: [Range<Int64>]) -> Int64? {
        var position: Int64 = 0
        var skipped: Int64 = 0
        for range in ranges {
            guard range.lowerBound >= position else { return nil }
            skipped += range.lowerBound - position
            position = range.upperBound
        }
        return skipped
    }
}
