public import DownloadCore
internal import HTTPTypes

extension VirtualDownloadView {
    /// This view, with its texts compressed for clients that accept it (RFC 9110 §12.5.3).
    ///
    ///     Route("/orders.csv", OrdersView().compressed())
    ///     Route("/orders.json", OrdersView().compressed(by: [.zstd, .gzip]))
    ///
    /// What is written is on its way after 100 ms at the latest, so rows arrive while the next are being made. The size
    /// is unknown, so there is no Content-Length, and there are no ranges: the entity tag of what is compressed is a
    /// weak one of its own, and `Vary: Accept-Encoding` is in every answer.
    ///
    /// Sent as it is: what is not a text by its media type, what has a content coding or a digest already, what is
    /// known to be shorter than `minimumSize`, and what a client asks for by Range. A client that refuses that
    /// (`identity;q=0`) is sent it compressed all the same, or 406 if it accepts no coding of these. The media type is
    /// guessed from the name by the table that is built in; say it (``DownloadCore/DownloadOptions/mimeType``) where
    /// the application has one of its own.
    ///
    /// A compressor holds some 0.25 MiB, however large the content is, until its client has all of it. There are at
    /// most 512 of them in a process: beyond that the content is sent as it is.
    ///
    /// - Parameters:
    ///   - codings: What is offered, best first: the first counts where the client has no preference. The default is
    ///     gzip.
    ///   - minimumSize: How many bytes a content must have, if its size is known. The default is 1,024.
    public func compressed(
        by codings: [ContentCoding] = [.gzip],
        minimumSize: Int64 = 1024
    ) -> some VirtualDownloadView {
        CompressedView(base: self, codings: codings, minimumSize: minimumSize)
    }
}

/// A view like another, whose texts are compressed; see `VirtualDownloadView.compressed(by:minimumSize:)`.
struct CompressedView<Base: VirtualDownloadView>: WrappedDownloadView {
    let base: Base
    let codings: [ContentCoding]
    let minimumSize: Int64
    var budget = CompressorBudget.shared

    /// The request fields that the base depends on, and Accept-Encoding.
    var vary: [HTTPField.Name] {
        let names = base.vary.optionValue ?? []
        return names.contains(.acceptEncoding) ? names : names + [.acceptEncoding]
    }

    func file(for request: DownloadRequest) async throws -> CompressedFile<Base.File> {
        let file = try await base.file(for: request)
        return CompressedFile(base: file, coding: try coding(of: file, for: request), budget: budget)
    }

    /// What the file is coded in for the client; nil for nothing.
    private func coding(of file: Base.File, for request: DownloadRequest) throws(DownloadError) -> ContentCoding? {
        guard mayBeCoded(file) else { return nil }
        let acceptsPlain = request.preferredContentCoding(of: ["identity"]) != nil
        let offers = codings.map(\.name) + ["identity"]
        guard let choice = request.preferredContentCoding(of: offers) else {
            throw DownloadError(
                .notAcceptable,
                reason: "Accept-Encoding accepts neither the content as it is nor coded"
            )
        }
        guard let coding = codings.first(where: { $0.name.isOctetEqual(to: choice) }) else { return nil }
        if acceptsPlain {
            // A client joins parts of what it has been sent: of the content as it is.
            if request.method == .get, request.headerFields.contains(.range) { return nil }
            guard isWorthwhile(file), budget.hasRoom else { return nil }
        }
        return coding
    }

    /// Whether nothing that is said of the file would be wrong of what it becomes.
    private func mayBeCoded(_ file: Base.File) -> Bool {
        let (own, defaults) = (file.statedOptions, base.statedOptions)
        let encoding = own.encoding ?? defaults.encoding ?? ""
        guard encoding.isEmpty || encoding.isOctetEqualIgnoringCase(to: "identity"), file.digest.optionValue == nil
        else { return false }
        let fields = [own.headerFields, defaults.headerFields].compactMap(\.self)
        return !fields.contains { fields in Self.fieldsOfExactBytes.contains { fields.contains($0) } }
    }

    private func isWorthwhile(_ file: Base.File) -> Bool {
        if let size = file.size.optionValue, size < minimumSize { return false }
        return file.mediaType(by: base.statedOptions).map { CompressibleType.contains($0) } ?? false
    }

    /// What a view can only say by a header field, and says of the bytes as they are.
    private static var fieldsOfExactBytes: [HTTPField.Name] {
        [.contentEncoding, .eTag] + ["Content-MD5", "Content-Digest", "Digest", "Repr-Digest"].compactMap { .init($0) }
    }
}
