internal import ArgumentParser

/// The permissions of a socket, written in octal.
struct SocketMode {
    var bits: UInt32

    init(bits: UInt32) {
        self.bits = bits
    }

    init(parsing text: String) throws(ValidationError) {
        guard let bits = UInt32(text, radix: 8), bits <= 0o777 else {
            throw ValidationError("Write it in octal, from 0000 to 0777, as 0660.")
        }
        self.bits = bits
    }
}
