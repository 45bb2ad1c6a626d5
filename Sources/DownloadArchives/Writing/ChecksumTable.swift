/// The CRC-32 of entries by their place in the list, as far as they are known: five bytes for each from the first on.
struct ChecksumTable {
    private var first = 0
    private var values = ChunkedArray<UInt32>()
    private var isKnown = ChunkedArray<Bool>()

    subscript(index: Int) -> UInt32? {
        get {
            let place = index - first
            guard place >= 0, place < values.count, isKnown[place] else { return nil }
            return values[place]
        }
        set {
            // They come in the order of the list.
            if values.count == 0 { first = index }
            let place = index - first
            guard place >= 0 else { return }
            while values.count <= place {
                values.append(0)
                isKnown.append(false)
            }
            values[place] = newValue ?? 0
            isKnown[place] = newValue != nil
        }
    }
}
