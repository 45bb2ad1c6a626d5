public import HTTPTypes

// What a newcomer declares an option with and what is not one: each is a conformance that does not exist, so that the
// compiler says at the view, with the name of the option, what to write instead. `Tests/Mistakes` has them all.

@available(*, unavailable, message: "this option is a text: write a String or a String?")
extension Int: TextOption {}

@available(*, unavailable, message: "this option is a text: write a String or a String?")
extension Double: TextOption {}

@available(*, unavailable, message: "this option is a text: write a String or a String?")
extension Bool: TextOption {}

@available(*, unavailable, message: "this option is a text: write a String or a String?")
extension Substring: TextOption {}

@available(*, unavailable, message: "this option is true or false: write a Bool or a Bool?")
extension String: BooleanOption {}

@available(*, unavailable, message: "this option is true or false: write a Bool or a Bool?")
extension Int: BooleanOption {}

@available(*, unavailable, message: "this option is a whole number: write an Int or an Int64?")
extension Double: IntegerOption {}

@available(*, unavailable, message: "this option is a whole number: write an Int or an Int64?")
extension String: IntegerOption {}

@available(*, unavailable, message: "this option is a date: write HTTPDate(secondsSince1970: …) or HTTPDate.now")
extension String: DateOption {}

@available(*, unavailable, message: "this option is a date: write HTTPDate(secondsSince1970: …) or HTTPDate.now")
extension Int: DateOption {}

@available(*, unavailable, message: "this option is a list of names: write [.accept] as [HTTPField.Name]")
extension String: FieldNamesOption {}

@available(*, unavailable, message: "this option is a list of names: write [.accept] as [HTTPField.Name]")
extension String: FieldNameElement {}

@available(*, unavailable, message: "this option is a list of methods: write [.get, .post] as [HTTPRequest.Method]")
extension String: RequestMethodsOption {}

@available(*, unavailable, message: "this option is a list of methods: write [.get, .post] as [HTTPRequest.Method]")
extension String: RequestMethodElement {}

@available(*, unavailable, message: "this is an entity tag: write EntityTag(\"…\")")
extension String: TagOption {}

@available(*, unavailable, message: "this is a digest: write ContentDigest(.sha256, bytes: …)")
extension String: ContentDigestOption {}

@available(*, unavailable, message: "this is a digest: write ContentDigest(.sha256, bytes: …)")
extension Array: ContentDigestOption {}

@available(*, unavailable, message: "the order counts: write [.get, .post] as [HTTPRequest.Method]")
extension Set: RequestMethodsOption {}

@available(*, unavailable, message: "write [.accept] as [HTTPField.Name]")
extension Set: FieldNamesOption {}

@available(*, unavailable, message: "these are header fields: write [.server: \"…\"] as HTTPFields")
extension Dictionary: FieldsOption {}

extension TextOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: String? { nil }
}

extension BooleanOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: Bool? { nil }
}

extension IntegerOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: Int64? { nil }
}

extension DateOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: HTTPDate? { nil }
}

extension FieldNamesOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: [HTTPField.Name]? { nil }
}

extension RequestMethodsOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: [HTTPRequest.Method]? { nil }
}

extension FieldsOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: HTTPFields? { nil }
}

extension TagOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: EntityTag? { nil }
}

extension ContentDigestOption {
    /// For what is not an option of this kind, and never called.
    public var optionValue: ContentDigest? { nil }
}
