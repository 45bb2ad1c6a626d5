/// A file was changed while it was being sent.
public struct FileChanged: Error, CustomStringConvertible {
    /// Where the file lies.
    public let path: String

    public var description: String {
        "\(path) was changed while it was being sent; write a new file and rename it into its place instead"
    }
}
