/// The options of a file whose options can be set: in one place on the heap, since few files have any, and a file is
/// copied and destroyed with each request.
struct KeptOptions: Sendable {
    private final class Kept: Sendable {
        let options: StatedOptions

        init(_ options: StatedOptions) {
            self.options = options
        }
    }

    private var kept: Kept?

    /// The options as they were set.
    var stated: StatedOptions {
        get { kept?.options ?? StatedOptions() }
        set { kept = Kept(newValue) }
    }
}
