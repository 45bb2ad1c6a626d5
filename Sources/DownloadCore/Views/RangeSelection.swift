/// How a file can serve a part of its content, if at all.
///
/// Only with a known size and a strong entity tag: with less, a client could join the parts of two different contents.
enum RangeSupport: Equatable {
    case none
    /// The content starts anywhere at no cost.
    case startsInTheMiddle
    /// The content is produced again from its beginning, and up to so many bytes of it are dropped.
    case skips(atMost: Int64)

    init<View: VirtualDownloadView>(of file: View.File, size: Int64?, tag: EntityTag?, in view: View) {
        guard size != nil, let tag, !tag.isWeak else {
            self = .none
            return
        }
        self =
            if file.canStartInTheMiddle { .startsInTheMiddle } else if file.isRepeatable {
                .skips(atMost: view.maximumSkip)
            } else { .none }
    }
}

/// What a Range field selects of a content (RFC 9110 §14).
enum RangeSelection: Equatable {
    /// Everything: the field is invalid, not supported, or not worth its cost.
    case whole
    case one(Range<Int64>)
    /// Two or more ranges that neither overlap nor touch.
    case several([Range<Int64>])
    /// None of the ranges exists.
    case unsatisfiable

    /// More ranges than this in one field are answered with the whole content.
    static let maximumCount = 100

    /// Selects the ranges that `field` names of a content of `size` bytes.
    init(_ field: String, size: Int64, support: RangeSupport) {
        guard support != .none, let set = ByteRangeSet(field) else {
            self = .whole
            return
        }
        let ranges = set.resolved(size: size)
        guard ranges.count <= Self.maximumCount else {
            self = .whole
            return
        }
        let coalesced = ranges.count > 1 ? Self.coalesced(ranges) : ranges
        // What frames the parts must not lift their sum over the largest length there is.
        guard coalesced.count < 2 || size < .max / 2 else {
            self = .whole
            return
        }
        guard let first = coalesced.first else {
            self = .unsatisfiable
            return
        }
        if case .skips(let limit) = support {
            guard let skipped = Self.bytesSkipped(before: coalesced), skipped <= limit else {
                self = .whole
                return
            }
        }
        self = coalesced.count == 1 ? .one(first) : .several(coalesced)
    }

    /// The ranges with those that overlap or touch made one, at the place of the first of them.
    private static func coalesced(_ ranges: [Range<Int64>]) -> [Range<Int64>] {
        var result: [Range<Int64>] = []
        for var range in ranges {
            var place = result.endIndex
            // What has grown may now touch others that it did not touch before.
            while let index = result.firstIndex(where: {
                $0.lowerBound <= range.upperBound && range.lowerBound <= $0.upperBound
            }) {
                let other = result.remove(at: index)
                range = min(range.lowerBound, other.lowerBound)..<max(range.upperBound, other.upperBound)
                place = min(place, index)
            }
            result.insert(range, at: min(place, result.endIndex))
        }
        return result
    }

    /// How many bytes one run from the beginning produces in vain; nil if the ranges do not ascend, which takes several runs.
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
