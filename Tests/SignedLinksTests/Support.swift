import DownloadCore
import SignedLinks

extension SigningKey {
    static var first: SigningKey {
        get throws { try SigningKey(id: "first", text: "the first secret of these") }
    }

    static var second: SigningKey {
        get throws { try SigningKey(id: "second", text: "the second secret of these") }
    }
}
