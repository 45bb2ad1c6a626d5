/// How much a spool keeps.
public struct SpoolLimits: Sendable, Hashable {
    /// Bytes of all files together, those included that are being generated. The default is 10 GiB.
    public var bytes: Int64
    /// How many files. The default is 10,000.
    public var files: Int
    /// How long a file is kept after it was generated. The default is seven days.
    public var age: Duration

    public init(bytes: Int64 = 10 << 30, files: Int = 10_000, age: Duration = .seconds(7 * 86_400)) {
        self.bytes = bytes
        self.files = files
        self.age = age
    }
}
