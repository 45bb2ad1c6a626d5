/// Values by name: the cookies of a request, the parameters of its route. Names are compared octet by octet, as a
/// client and a web server do (``WireText``).
///
///     let year = request.parameters["year"]
public struct NamedValues: Sendable, Hashable {
    private var values: [WireText: WireText] = [:]

    /// Creates a collection without values.
    public init() {}

    /// The value of `name`; nil if there is none.
    public subscript(name: String) -> String? {
        get { values[WireText(name)]?.text }
        set { values[WireText(name)] = newValue.map { WireText($0) } }
    }
}

extension NamedValues: Collection {
    /// A place in a collection of values.
    public struct Index: Comparable {
        fileprivate let base: Dictionary<WireText, WireText>.Index

        public static func < (a: Index, b: Index) -> Bool { a.base < b.base }
    }

    public var startIndex: Index { Index(base: values.startIndex) }
    public var endIndex: Index { Index(base: values.endIndex) }
    public var count: Int { values.count }
    public func index(after index: Index) -> Index { Index(base: values.index(after: index.base)) }

    /// A name with its value; they are in no order.
    public subscript(index: Index) -> (name: String, value: String) {
        (values[index.base].key.text, values[index.base].value.text)
    }
}

extension NamedValues: ExpressibleByDictionaryLiteral {
    /// Of a repeated name the last value counts.
    public init(dictionaryLiteral pairs: (String, String)...) {
        for (name, value) in pairs { self[name] = value }
    }
}
