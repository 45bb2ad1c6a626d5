import Randomness

/// Gives random names, sizes and fields to what writes archives and tables, and checks what comes out:
/// `randominputs COUNT [SEED]`, of each kind so many.
///
///     swift run -c release randominputs 10000000
///
/// It is a program, so that millions of inputs run with optimisation; what traps ends it with a signal, and what comes
/// out wrong with status 1 and the input.
@main
struct RandomInputs {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().map { UInt64($0) }
        guard let first = numbers.first, let count = first, numbers.count <= 2, let seed = numbers.last ?? 1 else {
            print("usage: randominputs COUNT [SEED]")
            throw Failure("COUNT and SEED are numbers")
        }
        var random = SeededGenerator(seed: numbers.count == 2 ? seed : 1)
        try await NameInputs.run(Int(count), &random)
        print("\(count) names of entries: each safe, and the archive as large as it said")
        try SizeInputs.run(Int(count), &random)
        print("\(count) sizes of entries: the sum as the format's tables have it")
        try await FieldInputs.run(Int(count), &random)
        print("\(count) fields of tables: read back as they were written")
    }
}

/// An input that came out wrong.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Stops with the input if something does not hold.
func check(_ holds: Bool, _ input: @autoclosure () -> String) throws {
    guard holds else { throw Failure(input()) }
}
