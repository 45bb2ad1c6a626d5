import DownloadCore
import Testing

@testable import DownloadSpool

@Suite struct PreparationTextsTests {
    static func status(
        bytes: Int64 = 0,
        size: Int64? = nil,
        estimate: Double? = nil,
        elapsed: Duration = .zero
    ) -> GenerationStatus {
        GenerationStatus(
            identity: "",
            state: .running,
            byteCount: bytes,
            size: size,
            estimate: estimate,
            elapsed: elapsed
        )
    }

    @Test(
        "A line says bytes, percent and the time left, as far as they are known",
        arguments: [
            (status(), ""),
            (status(bytes: 999), "999 bytes"),
            (status(bytes: 12_345_678), "12.3 MB"),
            (status(bytes: 5_000_000, size: 10_000_000), "5.0 MB of 10.0 MB · 50 %"),
            (status(bytes: 0, size: 10_000_000), "0 bytes of 10.0 MB · 0 %"),
            (status(estimate: 0.4), "40 %"),
            (status(bytes: 1_000, estimate: 0.4, elapsed: .seconds(40)), "1.0 kB · 40 % · about 60 seconds left"),
            // The view knows better than the size.
            (status(bytes: 1_000, size: 10_000, estimate: 0.5), "1.0 kB of 10.0 kB · 50 %"),
            // A content that is longer than it said is cut elsewhere.
            (status(bytes: 20_000, size: 10_000), "10.0 kB of 10.0 kB · 100 %"),
            (status(size: 0), ""),
        ] as [(GenerationStatus, String)]
    )
    func lines(status: GenerationStatus, line: String) {
        #expect(PreparationTexts.english.line(for: status) == line)
    }

    @Test(
        "A time is said as a person would",
        arguments: [
            (0, "a few seconds left"), (4, "a few seconds left"), (5, "about 5 seconds left"),
            (6, "about 10 seconds left"), (89, "about 90 seconds left"), (90, "about 2 minutes left"),
            (149, "about 2 minutes left"), (150, "about 3 minutes left"), (5399, "about 90 minutes left"),
            (5400, "about 2 hours left"), (86_400, "about 24 hours left"),
        ] as [(Int64, String)]
    )
    func times(seconds: Int64, text: String) {
        #expect(PreparationTexts.english.text(left: .seconds(seconds)) == text)
    }

    @Test(
        "A size has the unit that a person would take",
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1000, "1,0 kB"), (1_049, "1,0 kB"), (999_999, "999,9 kB"),
            (1_000_000, "1,0 MB"), (5_400_000_000, "5,4 GB"), (.max, "9,2 EB"),
        ] as [(Int64, String)]
    )
    func sizes(bytes: Int64, text: String) {
        #expect(PreparationTexts.german.text(bytes: bytes) == text)
    }

    @Test(
        "Percent are whole, and 100 only when all is done",
        arguments: [(0, 0), (0.009, 0), (0.999_9, 99), (1, 100), (-1, 0), (2, 100)] as [(Double, Int)]
    )
    func percent(fraction: Double, percent: Int) {
        #expect(PreparationTexts.percent(of: fraction) == percent)
    }

    @Test("Every language says everything, with the same values")
    func isComplete() {
        for texts in PreparationTexts.builtIn {
            let all = [
                texts.preparing, texts.note, texts.ready, texts.download, texts.failed, texts.tryAgain,
                texts.momentLeft,
            ]
            for text in all { #expect(!text.isEmpty && !text.contains("{")) }
            #expect(texts.doneOfSize.contains("{done}") && texts.doneOfSize.contains("{size}"))
            #expect(texts.percent.contains("{percent}"))
            for text in [texts.secondsLeft, texts.minutesLeft, texts.hoursLeft] { #expect(text.contains("{n}")) }
        }
    }

    @Test(
        "No time left is said before anything is known of the pace",
        arguments: [
            (status(estimate: 0.5, elapsed: .milliseconds(900)), nil),
            (status(estimate: 0.001, elapsed: .seconds(100)), nil),
            (status(elapsed: .seconds(100)), nil),
            (status(estimate: 0.25, elapsed: .seconds(10)), .seconds(30)),
        ] as [(GenerationStatus, Duration?)]
    )
    func timeLeft(status: GenerationStatus, left: Duration?) {
        #expect(status.timeLeft == left)
    }
}
