/// A key, or something to be signed, that can't be used as it is given.
///
/// The description says what is wrong with it, and shows nothing of a key but its id.
public struct SigningError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a sentence.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
