public import HTTPTypes

/// What an option is that a view or a file does not declare: the default's value, or nil.
///
/// A type of its own, so that code for any view or file reads what each of them says: with a default that is a `Bool`,
/// say, it could name the default itself by mistake.
public struct DefaultOption<Declared> {
    /// The default; nil for none.
    public let optionValue: Declared?

    @inlinable
    init(_ value: Declared? = nil) {
        optionValue = value
    }
}

extension DefaultOption: Sendable where Declared: Sendable {}

extension DefaultOption: TextOption where Declared == String {}

extension DefaultOption: BooleanOption where Declared == Bool {}

extension DefaultOption: IntegerOption where Declared == Int64 {}

extension DefaultOption: DateOption where Declared == HTTPDate {}

extension DefaultOption: FieldNamesOption where Declared == [HTTPField.Name] {}

extension DefaultOption: RequestMethodsOption where Declared == [HTTPRequest.Method] {}

extension DefaultOption: FieldsOption where Declared == HTTPFields {}

extension DefaultOption: TagOption where Declared == EntityTag {}

extension DefaultOption: ContentDigestOption where Declared == ContentDigest {}
