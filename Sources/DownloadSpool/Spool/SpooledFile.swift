public import DownloadCore
internal import DownloadSystem
public import HTTPTypes

/// A file whose content is generated once, and had by all who ask for it meanwhile and afterwards; see ``Spool``.
///
///     func file(for request: DownloadRequest) async throws -> some DownloadFile {
///         let report = try await reports.find(request)
///         let file = VirtualFile(AsyncIteratorIO(report.rows), name: "report.csv")
///         return try await SpooledFile(file, in: spool, key: "\(report.id) \(report.version)")
///     }
///
/// As long as nobody has generated it, it is like the file that it is made of, which is used once at most: by the first
/// who wants the content. Once it is whole it has a size, a digest and ranges besides.
public struct SpooledFile<Base: DownloadFile>: DownloadFile {
    public let entityTag: EntityTag?
    public let digest: ContentDigest?
    public let size: Int64?
    /// What the file said of itself.
    private let properties: KnownProperties
    /// What the spool has; nil for nothing that helps.
    private let found: Found?
    /// The file, for the generation that this request may begin.
    private let base: TakeOnce<Base>
    /// The file, where the spool has no part in it.
    private let plain: Base?

    /// Finds the content, or who generates it, or makes ready for this request to begin it.
    ///
    /// Whether the client may have the file is to be found out before.
    ///
    /// - Parameters:
    ///   - base: The file.
    ///   - spool: Where it is kept; nil for nowhere: then it is as it was.
    ///   - key: What the bytes depend on, all of it: equal keys are taken for equal bytes, whoever asks and whichever
    ///     view it is.
    public init(_ base: sending Base, in spool: Spool?, key: String) async {
        let parts = ["key", key] + base.codingKeyParts
        self = await Self.found(base, in: spool, keyParts: parts)
    }

    static func found(_ base: sending Base, in spool: Spool?, keyParts: [String]) async -> SpooledFile {
        await found(base, in: spool, key: SpoolKey(of: keyParts))
    }

    static func found(_ base: sending Base, in spool: Spool?, key: SpoolKey) async -> SpooledFile {
        let properties = KnownProperties(of: base)
        guard let spool, let claim = await spool.find(key) else { return SpooledFile(plain: base, properties) }
        // Where its beginning is gone, this run may give other bytes: they must not have the tag of those.
        if case .generation(let interest) = claim, !properties.isReproducible, !interest.generation.hasBeginning {
            spool.noteDegraded()
            return SpooledFile(plain: base, properties)
        }
        return SpooledFile(TakeOnce(base), properties, Found(claim: claim, spool: spool), key)
    }

    private init(plain: Base, _ properties: KnownProperties) {
        self.properties = properties
        entityTag = properties.entityTag
        digest = properties.digest
        size = properties.size
        found = nil
        base = TakeOnce(nil)
        self.plain = plain
    }

    private init(_ base: TakeOnce<Base>, _ properties: KnownProperties, _ found: Found, _ key: SpoolKey) {
        self.properties = properties
        self.found = found
        self.base = base
        plain = nil
        let id: GenerationID
        switch found.claim {
        case .whole(let use):
            id = use.stored.content.id
            size = use.stored.content.size
            digest = ContentDigest(.sha256, bytes: use.stored.content.digest) ?? properties.digest
        case .generation(let interest):
            id = interest.generation.id
            let progress = interest.generation.progress
            size = progress.phase == .complete ? progress.bytes : properties.size
            digest = properties.digest
        }
        // For bytes that have no tag of their own one of the key, if another run gives them again, else of this run.
        entityTag =
            properties.strongTag ?? EntityTag(of: "spool", properties.isReproducible ? key.digits : id.digits)
    }

    public func storedPath() -> String? {
        guard case .whole(let use)? = found?.claim else { return plain?.storedPath() }
        return use.handOver()
    }

    public var name: String { properties.name }
    public var contentType: String? { properties.contentType }
    public var modificationDate: HTTPDate? { properties.modificationDate }
    public var attachment: Bool? { properties.attachment }
    public var basename: String? { properties.basename }
    public var mimeType: String? { properties.mimeType }
    public var charset: String? { properties.charset }
    public var encoding: String? { properties.encoding }
    public var cacheControl: String? { properties.cacheControl }
    public var expires: HTTPDate? { properties.expires }
    public var vary: [HTTPField.Name]? { properties.vary }
    public var headerFields: HTTPFields? { properties.headerFields }
    public var isRepeatable: Bool { plain == nil ? true : properties.isRepeatable }
    public var isSeekable: Bool { plain == nil ? size != nil : properties.isSeekable }

    public func skippedBytes(for range: Range<Int64>) -> Int64 { plain?.skippedBytes(for: range) ?? 0 }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        if let plain { return try await plain.write(to: &sink) }
        try await write(0..<(size ?? .max), to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        switch found?.claim {
        case .whole(let use)?:
            use.note()
            var copy = FileCopy()
            let end = try await copy.copy(range, of: use.stored.file, to: &sink)
            guard end == range.upperBound else { throw FileChanged(path: use.path) }
        case .generation(let interest)?:
            try await write(range, of: interest.generation, to: &sink)
        case nil:
            try await plain?.write(range, to: &sink)
        }
    }

    private func write(
        _ range: Range<Int64>,
        of generation: Generation,
        to sink: inout some ByteSink & ~Copyable
    ) async throws {
        guard let spool = found?.spool else { return }
        guard let reader = generation.addReader(at: range.lowerBound) else {
            // The disk is full, and what it began with is gone: then everybody for himself.
            guard properties.isReproducible else { throw GenerationLost() }
            spool.noteDegraded()
            return try await writePastSpool(range, to: &sink)
        }
        defer { generation.removeReader(reader) }
        if !start(generation, in: spool, isObserved: false) { spool.count { $0.shared += 1 } }
        try await generation.copy(range, as: reader, to: &sink)
    }

    /// Begins a generation that nobody has begun; false if somebody has.
    private func start(_ generation: Generation, in spool: Spool, isObserved: Bool) -> Bool {
        guard generation.progress.phase == .pending, let file = base.take() else { return false }
        spool.start(
            generation,
            with: file,
            isReproducible: properties.isReproducible,
            size: properties.size,
            modified: modificationDate?.secondsSince1970,
            isObserved: isObserved
        )
        return true
    }

    // MARK: - Without reading

    /// How far the generation is that this request has found or would begin; nil if the content is whole, or if there
    /// is no spool.
    public var generation: GenerationStatus? { interest?.generation.status }

    /// The interest in a generation; nil if the content is whole, or if there is no spool.
    var interest: Spool.Interest? {
        guard case .generation(let interest)? = found?.claim else { return nil }
        return interest
    }

    /// Begins the generation if nobody has, though nobody reads it yet.
    func begin() {
        guard let found, let interest else { return }
        _ = start(interest.generation, in: found.spool, isObserved: true)
    }

    /// The same file as the spool has it now that its generation has ended.
    func refound() async -> SpooledFile {
        guard let found, let interest, case .whole(let use)? = await found.spool.find(interest.generation.key) else {
            return self
        }
        return SpooledFile(base, properties, Found(claim: .whole(use), spool: found.spool), interest.generation.key)
    }

    /// Writes the content as if there were no spool: once, since the file is used once.
    private func writePastSpool(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        guard let file = base.take() else { throw GenerationLost() }
        if range.lowerBound == 0, range.upperBound == size ?? .max {
            try await file.write(to: &sink)
        } else {
            try await file.write(range, to: &sink)
        }
    }

    /// What `body` makes of the file that this is made of; nil once a generation has it, which nobody asks any more.
    func asBase<Result: Sendable>(_ body: (Base) -> Result) -> Result? {
        if let plain { return body(plain) }
        return base.look { body(copy $0) }
    }

    public func wasModified(since value: String) -> Bool? {
        if let plain { return plain.wasModified(since: value).optionValue }
        return base.look { $0.wasModified(since: value).optionValue } ?? nil
    }
}

extension Generation {
    /// Copies a range of the content as it comes.
    func copy(_ range: Range<Int64>, as reader: Int, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = range.lowerBound
        var copy = FileCopy()
        while position < range.upperBound {
            switch try await next(at: position) {
            case .file(let file, let end):
                let wanted = position..<min(end, range.upperBound)
                let reached = try await copy.copy(wanted, of: file, to: &sink)
                guard reached == wanted.upperBound else { throw GenerationLost() }
                position = reached
            case .bytes(let bytes):
                let wanted = bytes.prefix(Int(clamping: range.upperBound - position))
                try await sink.write(wanted)
                position += Int64(wanted.count)
            case .end:
                return
            }
            move(reader, to: position)
        }
    }
}

extension DownloadFile {
    /// What a key has besides for the content coding: what is compressed for one client is not what another gets that
    /// accepts none.
    var codingKeyParts: [String] { statedOptions.encoding.map { ["encoding", $0] } ?? [] }
}

/// What a request has found under its key, and where.
private struct Found {
    var claim: Spool.Claim
    var spool: Spool
}

/// What a file says of itself.
private struct KnownProperties {
    var name: String
    var contentType: String?
    var entityTag: EntityTag?
    var modificationDate: HTTPDate?
    var digest: ContentDigest?
    var size: Int64?
    var attachment: Bool?
    var basename: String?
    var mimeType: String?
    var charset: String?
    var encoding: String?
    var cacheControl: String?
    var expires: HTTPDate?
    var vary: [HTTPField.Name]?
    var headerFields: HTTPFields?
    var isRepeatable: Bool
    var isSeekable: Bool

    init(of file: some DownloadFile) {
        name = file.name
        contentType = file.contentType.optionValue
        entityTag = file.entityTag.optionValue
        modificationDate = file.modificationDate.optionValue
        digest = file.digest.optionValue
        size = file.size.optionValue
        isRepeatable = file.isRepeatable.optionValue == true
        isSeekable = file.isSeekable.optionValue == true
        attachment = file.attachment.optionValue
        basename = file.basename.optionValue
        mimeType = file.mimeType.optionValue
        charset = file.charset.optionValue
        encoding = file.encoding.optionValue
        cacheControl = file.cacheControl.optionValue
        expires = file.expires.optionValue
        vary = file.vary.optionValue
        headerFields = file.headerFields.optionValue
    }

    /// Whether another run of the generator gives equal bytes.
    var isReproducible: Bool { isRepeatable || strongTag != nil }

    var strongTag: EntityTag? { entityTag.flatMap { $0.isWeak ? nil : $0 } }
}
