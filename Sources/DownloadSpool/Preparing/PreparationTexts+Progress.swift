internal import DownloadCore

extension PreparationTexts {
    /// How far a generation is, in one line: bytes, percent, and the time that is left, as far as they are known.
    func line(for status: GenerationStatus) -> String {
        var parts: [String] = []
        if let size = status.size, size > 0 {
            parts.append(
                doneOfSize.filled(["done": text(bytes: min(status.byteCount, size)), "size": text(bytes: size)])
            )
        } else if status.byteCount > 0 {
            parts.append(text(bytes: status.byteCount))
        }
        if let fraction = status.fraction {
            parts.append(percent.filled(["percent": String(Self.percent(of: fraction))]))
        }
        if let left = status.timeLeft { parts.append(text(left: left)) }
        return parts.joined(separator: " · ")
    }

    /// Whole percent, of which there are 100 only when all is done.
    static func percent(of fraction: Double) -> Int { fraction >= 1 ? 100 : max(0, min(99, Int(fraction * 100))) }

    /// A number of bytes in the unit that leaves up to three digits before the decimal mark.
    func text(bytes: Int64) -> String {
        let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
        guard bytes >= 1000 else { return "\(bytes) \(units[0])" }
        var tenths = bytes / 100
        var unit = 1
        while tenths >= 10_000, unit < units.count - 1 {
            tenths /= 1000
            unit += 1
        }
        return "\(tenths / 10)\(decimalMark)\(tenths % 10) \(units[unit])"
    }

    /// A time as a person would say it: in steps of five seconds, in minutes from a minute and a half on, and so on.
    func text(left: Duration) -> String {
        let seconds = left.components.seconds
        switch seconds {
        case ..<5: return momentLeft
        case ..<90: return secondsLeft.filled(["n": String((seconds + 4) / 5 * 5)])
        case ..<5400: return minutesLeft.filled(["n": String((seconds + 30) / 60)])
        default: return hoursLeft.filled(["n": String((seconds + 1800) / 3600)])
        }
    }
}

extension String {
    /// The text with values put in for `{name}`.
    fileprivate func filled(_ values: KeyValuePairs<String, String>) -> String {
        var text = ""
        var rest = self[...]
        while let start = rest.utf8.firstIndex(of: UInt8(ascii: "{")),
            let end = rest.utf8[start...].firstIndex(of: UInt8(ascii: "}"))
        {
            let name = String(rest.utf8[rest.utf8.index(after: start)..<end]) ?? ""
            text += rest[..<start]
            text += values.first { $0.key.wire == name.wire }?.value ?? String(rest[start...end])
            rest = rest[rest.utf8.index(after: end)...]
        }
        return text + rest
    }
}
