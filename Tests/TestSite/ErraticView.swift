import VirtualDownloads

/// `/test/erratic?n=BYTES`: a content of which each byte depends on its place alone, written in pieces of all sizes
/// with all kinds of pauses between them. What else the query may say:
///
/// - `as=KIND`: by which wrapper (``ErraticContent/Kind``);
/// - `seed=S`: decides on the pieces and the pauses;
/// - `shift=PLACE`: with which byte of ``ErraticBytes`` it begins, so that two contents differ everywhere;
/// - `size=1`: the size is declared; `tag=1`: and so is a validator, for ranges;
/// - `end=PLACE`: it ends there, whatever was declared; `throws=1`: with an error;
/// - `stubborn=1`: the generator goes on after a write that failed, as if nothing were.
struct ErraticView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...ErraticBytes.maximumCount) ?? 1_000_000
        guard let kind = ErraticContent.Kind(rawValue: query["as"] ?? "closure") else { throw FileNotFound() }
        let shift = try query.integer("shift", in: 0...ErraticBytes.maximumShift) ?? 0
        let content = ErraticContent(
            kind: kind,
            seed: try query.integer("seed", in: 0...UInt64.max) ?? 0,
            shift: shift,
            end: try query.integer("end", in: 0...ErraticBytes.maximumCount) ?? count,
            fails: query["throws"] == "1",
            isStubborn: query["stubborn"] == "1"
        )
        let file = VirtualFile(content, name: "erratic.bin", size: query["size"] == "1" ? Int64(count) : nil)
        return query["tag"] == "1" ? file.validated(by: EntityTag("\(count)-\(shift)")) : file
    }
}
