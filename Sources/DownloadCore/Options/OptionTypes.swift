public import HTTPTypes

// The types that an option of a view or a file may be declared with: that of its value, or of an optional one, where
// nil says nothing. So `let basename = "a.csv"`, `var basename: String?` and `let attachment: Bool? = false` all count.
// What else is tried does not compile, and `OptionMistakes.swift` has the message.

/// An option that is a text: `String` or `String?`.
public protocol TextOption {
    /// What is said; nil for nothing.
    var optionValue: String? { get }
}

/// An option that is a Boolean: `Bool` or `Bool?`.
public protocol BooleanOption {
    /// What is said; nil for nothing.
    var optionValue: Bool? { get }
}

/// An option that is a whole number: `Int64` or `Int64?`, or another integer.
public protocol IntegerOption {
    /// What is said; nil for nothing.
    var optionValue: Int64? { get }
}

/// An option that is a date: `HTTPDate` or `HTTPDate?`.
public protocol DateOption {
    /// What is said; nil for nothing.
    var optionValue: HTTPDate? { get }
}

/// An option that is a list of field names: `[HTTPField.Name]` or `[HTTPField.Name]?`.
public protocol FieldNamesOption {
    /// What is said; nil for nothing.
    var optionValue: [HTTPField.Name]? { get }
}

/// An option that is a list of methods: `[HTTPRequest.Method]` or `[HTTPRequest.Method]?`.
public protocol RequestMethodsOption {
    /// What is said; nil for nothing.
    var optionValue: [HTTPRequest.Method]? { get }
}

/// An option that is header fields: `HTTPFields` or `HTTPFields?`.
public protocol FieldsOption {
    /// What is said; nil for nothing.
    var optionValue: HTTPFields? { get }
}

/// An option that is an entity tag: `EntityTag` or `EntityTag?`.
public protocol TagOption {
    /// What is said; nil for nothing.
    var optionValue: EntityTag? { get }
}

/// An option that is a digest: `ContentDigest` or `ContentDigest?`.
public protocol ContentDigestOption {
    /// What is said; nil for nothing.
    var optionValue: ContentDigest? { get }
}

extension String: TextOption {
    @inlinable
    public var optionValue: String? { self }
}

extension Bool: BooleanOption {
    @inlinable
    public var optionValue: Bool? { self }
}

extension Int64: IntegerOption {
    @inlinable
    public var optionValue: Int64? { self }
}

/// A number without a type is an `Int`.
extension Int: IntegerOption {
    @inlinable
    public var optionValue: Int64? { Int64(self) }
}

extension UInt64: IntegerOption {
    @inlinable
    public var optionValue: Int64? { Int64(clamping: self) }
}

extension HTTPDate: DateOption {
    @inlinable
    public var optionValue: HTTPDate? { self }
}

/// What is a list of field names when it is an array.
public protocol FieldNameElement {}

extension HTTPField.Name: FieldNameElement {}

extension Array: FieldNamesOption where Element: FieldNameElement {
    @inlinable
    public var optionValue: [HTTPField.Name]? { self as? [HTTPField.Name] }
}

/// A name alone.
extension HTTPField.Name: FieldNamesOption {
    @inlinable
    public var optionValue: [HTTPField.Name]? { [self] }
}

/// What is a list of methods when it is an array.
public protocol RequestMethodElement {}

extension HTTPRequest.Method: RequestMethodElement {}

extension Array: RequestMethodsOption where Element: RequestMethodElement {
    @inlinable
    public var optionValue: [HTTPRequest.Method]? { self as? [HTTPRequest.Method] }
}

/// A method alone.
extension HTTPRequest.Method: RequestMethodsOption {
    @inlinable
    public var optionValue: [HTTPRequest.Method]? { [self] }
}

extension HTTPFields: FieldsOption {
    @inlinable
    public var optionValue: HTTPFields? { self }
}

extension EntityTag: TagOption {
    @inlinable
    public var optionValue: EntityTag? { self }
}

extension ContentDigest: ContentDigestOption {
    @inlinable
    public var optionValue: ContentDigest? { self }
}

extension Optional: TextOption where Wrapped: TextOption {
    @inlinable
    public var optionValue: String? { self?.optionValue }
}

extension Optional: BooleanOption where Wrapped: BooleanOption {
    @inlinable
    public var optionValue: Bool? { self?.optionValue }
}

extension Optional: IntegerOption where Wrapped: IntegerOption {
    @inlinable
    public var optionValue: Int64? { self?.optionValue }
}

extension Optional: DateOption where Wrapped: DateOption {
    @inlinable
    public var optionValue: HTTPDate? { self?.optionValue }
}

extension Optional: FieldNamesOption where Wrapped: FieldNamesOption {
    @inlinable
    public var optionValue: [HTTPField.Name]? { self?.optionValue }
}

extension Optional: RequestMethodsOption where Wrapped: RequestMethodsOption {
    @inlinable
    public var optionValue: [HTTPRequest.Method]? { self?.optionValue }
}

extension Optional: FieldsOption where Wrapped: FieldsOption {
    @inlinable
    public var optionValue: HTTPFields? { self?.optionValue }
}

extension Optional: TagOption where Wrapped: TagOption {
    @inlinable
    public var optionValue: EntityTag? { self?.optionValue }
}

extension Optional: ContentDigestOption where Wrapped: ContentDigestOption {
    @inlinable
    public var optionValue: ContentDigest? { self?.optionValue }
}
