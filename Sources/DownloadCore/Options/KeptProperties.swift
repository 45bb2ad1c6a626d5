/// What few files say of themselves: in one place on the heap, since a file is copied and destroyed with each request,
/// and a list of files may be long.
struct KeptProperties: Sendable {
    private struct Values: Sendable {
        var options = StatedOptions()
        var contentType: String?
        var digest: ContentDigest?
        var modificationTest: (@Sendable (String) -> Bool)?
    }

    private final class Kept: Sendable {
        let values: Values

        init(_ values: Values) {
            self.values = values
        }
    }

    private var kept: Kept?

    /// The options as they were set.
    var options: StatedOptions {
        get { kept?.values.options ?? StatedOptions() }
        set { change { $0.options = newValue } }
    }

    /// The media type.
    var contentType: String? {
        get { kept?.values.contentType }
        set { change { $0.contentType = newValue } }
    }

    /// A digest of the whole content.
    var digest: ContentDigest? {
        get { kept?.values.digest }
        set { change { $0.digest = newValue } }
    }

    /// What answers `DownloadFile.wasModified(since:)`.
    var modificationTest: (@Sendable (String) -> Bool)? {
        get { kept?.values.modificationTest }
        set { change { $0.modificationTest = newValue } }
    }

    /// What is kept for a copy stays as it is.
    private mutating func change(_ change: (inout Values) -> Void) {
        var values = kept?.values ?? Values()
        change(&values)
        kept = Kept(values)
    }
}
