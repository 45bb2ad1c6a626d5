internal import DownloadCore

/// A file of whose media type nothing is known, as the author of its view is told.
package struct UntypedFile: CustomStringConvertible {
    private let name: String

    package init(name: String) {
        self.name = name
    }

    package var description: String {
        "the name “\(name.excerpt())” has no ending that says a media type, so the file is sent as"
            + " application/octet-stream: give it one, or say mimeType"
    }
}
