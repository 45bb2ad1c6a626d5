/// Goes through a mime.types file word by word.
///
/// A byte at a time: a system's file has 70 KiB, and is read whenever a program starts.
struct MimeTypesWords {
    struct Word {
        var bytes: Range<Int>
        /// Whether it is the first of its line: a type.
        var isFirst: Bool
        /// Whether it is in lower-case ASCII as it stands.
        var isLowercase: Bool
    }

    private let bytes: [UInt8]
    private var position = 0
    private var isAtLineStart = true
    private var typeBytes = 0..<0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The first word of the line, if it is a media type.
    var type: String? {
        let text = String(decoding: bytes[typeBytes], as: UTF8.self)
        return MediaType.isType(text) ? text : nil
    }

    func text(of word: Word) -> String {
        let text = String(decoding: bytes[word.bytes], as: UTF8.self)
        return word.isLowercase ? text : text.lowercasedLetters
    }

    mutating func next() -> Word? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x0a, 0x0d:
                isAtLineStart = true
                position += 1
            case 0x20, 0x09:
                position += 1
            case UInt8(ascii: "#"):
                while position < bytes.count, bytes[position] != 0x0a, bytes[position] != 0x0d { position += 1 }
            default:
                return word()
            }
        }
        return nil
    }

    private mutating func word() -> Word {
        let start = position
        var isLowercase = true
        scanning: while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case 0x0a, 0x0d, 0x20, 0x09, UInt8(ascii: "#"): break scanning
            case 0x41...0x5a, 0x80...0xff: isLowercase = false
            default: break
            }
            position += 1
        }
        let word = Word(bytes: start..<position, isFirst: isAtLineStart, isLowercase: isLowercase)
        if isAtLineStart { typeBytes = word.bytes }
        isAtLineStart = false
        return word
    }
}

extension String {
    /// The text in lower case, but for what is not ASCII and whose lower case is: the Kelvin sign (U+212A) is not a
    /// `k`.
    var lowercasedLetters: String {
        var text = ""
        for scalar in unicodeScalars {
            let lower = scalar.properties.lowercaseMapping
            text += scalar.isASCII || lower.utf8.allSatisfy { $0 >= 0x80 } ? lower : String(scalar)
        }
        return text
    }
}
