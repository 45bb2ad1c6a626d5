import HTTPTypes

/// The query of a request, as `name=value` pairs in their order.
///
/// By the rules of `application/x-www-form-urlencoded`: pairs are separated by `&`, `+` is a space, `%XX` a byte of
/// UTF-8. A name without `=` has an empty value. Names may repeat.
public struct QueryItems: Sendable, Hashable, RandomAccessCollection {
    /// One name with its value, both decoded.
    ///
    /// Two are equal if they have the same octets.
    public struct Item: Sendable, Hashable {
        /// The name, decoded.
        public var name: String
        /// The value, decoded; empty if the name has none.
        public var value: String

        public static func == (a: Item, b: Item) -> Bool {
            a.name.wire == b.name.wire && a.value.wire == b.value.wire
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(name.wire)
            hasher.combine(value.wire)
        }
    }

    private var items: [Item] = []

    /// Decodes a query, without its `?`.
    ///
    /// - Throws: ``DownloadError`` 400 for a `%` that two hexadecimal digits do not follow, and for what is not UTF-8.
    public init(_ query: some StringProtocol) throws(DownloadError) {
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            items.append(Item(name: try Self.decoded(name), value: try Self.decoded(value)))
        }
    }

    /// The first value of `name`; nil if it is not there. Names are compared octet by octet.
    public subscript(name: String) -> String? {
        items.first { $0.name.wire == name.wire }?.value
    }

    /// All values of `name`, in their order.
    public func all(_ name: String) -> [String] {
        items.filter { $0.name.wire == name.wire }.map(\.value)
    }

    /// The first value of `name` as a decimal number, which is digits alone, with a `-` before them if it is negative;
    /// nil if the name is not there.
    ///
    /// - Throws: ``DownloadError`` 400 for a value that is not a number in `range`.
    public func integer<Number: FixedWidthInteger>(
        _ name: String,
        in range: ClosedRange<Number> = .min ... .max
    ) throws(DownloadError) -> Number? {
        guard let text = self[name] else { return nil }
        // Swift takes a leading + too.
        guard text.utf8.first != UInt8(ascii: "+"), let number = Number(text), range.contains(number) else {
            throw DownloadError(.badRequest, reason: "the query item \(name) is not a number in \(range)")
        }
        return number
    }

    public var startIndex: Int { items.startIndex }
    public var endIndex: Int { items.endIndex }
    public subscript(position: Int) -> Item { items[position] }

    private static func decoded(_ text: some Sequence<UInt8>) throws(DownloadError) -> String {
        guard let bytes = [UInt8](percentDecoding: text, plus: " ") else {
            throw DownloadError(.badRequest, reason: "the query has a % without two hexadecimal digits")
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw notUTF8
        }
        return decoded
    }

    static var notUTF8: DownloadError { DownloadError(.badRequest, reason: "the query is not UTF-8") }
}
