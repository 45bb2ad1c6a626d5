/// Why an archive cannot be made of its entries: thrown by ``ZipFile``'s initialiser, or by its content where entries
/// come one by one.
public struct ZipError: Error, Sendable, Hashable {
    /// What is wrong, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        let text: String
        let advice: String

        /// Two entries have the same path, made safe, or paths that differ in case alone.
        public static var pathTaken: Code {
            Code(
                text: "is there twice; upper and lower case count as one",
                advice:
                    "Give each entry a path of its own, or say `duplicates: .numbered` in the options. For Unix alone"
                    + " `distinguishesCase: true` tells upper from lower case."
            )
        }
        /// An entry is a file where others need a folder, or the other way round.
        public static var fileAndFolder: Code {
            Code(
                text: "is a file and a folder",
                advice: "Give the file another path, or say `duplicates: .numbered` in the options."
            )
        }
        /// A path has more than 65,535 bytes of UTF-8.
        public static var pathTooLong: Code {
            Code(text: "is a path of more than 65,535 bytes", advice: "Shorten it.")
        }
        /// A comment has more than 65,535 bytes of UTF-8.
        public static var commentTooLong: Code {
            Code(text: "has a comment of more than 65,535 bytes", advice: "Shorten it.")
        }
        /// An entry that was not expected to, has reached 4 GiB.
        public static var entryTooLarge: Code {
            Code(
                text: "has reached 4 GiB",
                advice: "Declare the size of its file, or set `mayExceed4GiB` of the entry."
            )
        }
        /// The content is not the one whose CRC-32 was given or remembered.
        public static var checksumMismatch: Code {
            Code(
                text: "has another content than its CRC-32 says",
                advice:
                    "Whenever a content changes, give it another entity tag, and its own CRC-32 if you give one."
            )
        }
        /// The machine has no memory for a compressor.
        public static var outOfMemory: Code {
            Code(text: "cannot be compressed: there is no memory for it", advice: "")
        }
        /// The entry of a lazy collection is another than when the archive was planned.
        public static var fileChanged: Code {
            Code(
                text: "has another file than when the archive was planned",
                advice: "Have the lazy collection give the same entries each time, or make an array of it."
            )
        }
        /// The temporary file cannot be read that keeps what very many entries need.
        public static var temporaryFile: Code {
            Code(
                text: "has a temporary file that cannot be read",
                advice: "The disk of the options' `temporaryDirectory` is not sound; name another."
            )
        }
    }

    /// What is wrong.
    public let code: Code
    /// The path of the entry, made safe; empty where it is not one entry that is concerned.
    public let path: String
    /// What the system said; empty where it was not asked.
    private let reason: String

    init(_ code: Code, path: String, reason: String = "") {
        self.code = code
        self.path = path
        self.reason = reason
    }

    init(_ code: Code, path: some Collection<UInt8>, reason: String = "") {
        self.init(code, path: String(decoding: path, as: UTF8.self), reason: reason)
    }
}

extension ZipError: CustomStringConvertible {
    public var description: String {
        let because = reason.isEmpty ? "" : ": \(reason)"
        let subject = path.isEmpty ? "the archive" : "the entry \"\(path)\" of the archive"
        let sentence = "\(subject) \(code.text)\(because)"
        return code.advice.isEmpty ? sentence : "\(sentence). \(code.advice)"
    }
}
