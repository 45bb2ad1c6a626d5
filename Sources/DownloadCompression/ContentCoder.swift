/// The compressor behind a ``ContentCoding``: one stream, in constant memory.
package protocol ContentCoder: AnyObject {
    /// Codes bytes, as far as `output` has room.
    ///
    /// To be called again with what was not taken and the same directive until all is given.
    func code(
        _ input: RawSpan,
        _ directive: CodingDirective,
        into output: inout [UInt8]
    ) throws -> CodingStep
}

/// What a compressor is to make of its input.
package enum CodingDirective: Sendable {
    /// Take it, and give what there is.
    case take
    /// Take it, and give all in a form that the client can unpack at once.
    case flush
    /// Take it as the last, and end the stream.
    case end
}

/// What a compressor has done.
package struct CodingStep: Sendable {
    /// How many bytes of the input it has taken.
    package var taken: Int
    /// How many bytes of output it has given.
    package var given: Int
    /// Whether the directive is carried out.
    package var isDone: Bool

    package init(taken: Int, given: Int, isDone: Bool) {
        self.taken = taken
        self.given = given
        self.isDone = isDone
    }
}

/// A compressor can't go on.
package struct CodingFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
