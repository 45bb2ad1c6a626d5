import Testing

@testable import DownloadSpool

@Suite struct GenerationRecordTests {
    @Test("What is told is read as it was written")
    func roundTrip() {
        let records = [
            GenerationRecord(began: 0), GenerationRecord(estimate: 400_000, began: 1_700_000_000_123),
            GenerationRecord(failure: 503, estimate: 1_000_000, contentSize: .max, began: .max),
        ]
        for record in records {
            #expect(record.bytes.count == GenerationRecord.size)
            #expect(GenerationRecord(record.bytes) == record)
        }
    }

    @Test(
        "Anything else is not taken for one",
        arguments: ["", "1", "2 - - - 5", "1 - - - x", "1 - - - -", "1 - - - 5 6", "1 - - 5"]
    )
    func refuses(text: String) {
        let bytes = Array(text.utf8)
        #expect(GenerationRecord(bytes) == nil)
        #expect(GenerationRecord(bytes + [UInt8](repeating: 0x20, count: 96 - bytes.count)) == nil)
    }
}
