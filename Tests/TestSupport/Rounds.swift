// A toolchain's static runtime comes without the testing library, and README builds everything with it.
#if canImport(Testing)
import Foundation

/// `THOROUGH=N`: how many times as much as in the edit loop tests try. `.ci/slow` tries ten times as much.
private let thoroughness =
    ProcessInfo.processInfo.environment["THOROUGH"].flatMap { Int($0) }.map { max(1, $0) } ?? 1

/// Whether tests are wanted that take a minute: `THOROUGH` is more than 1.
package let isThorough = thoroughness > 1

/// How often a test that tries random inputs does so: `count` times, `THOROUGH` times that where it is set.
///
/// The edit loop's count is what a debug build does in about a second; inputs that find something are rare, so that
/// many more are tried now and then.
package func rounds(_ count: Int) -> Range<Int> { 0..<count * thoroughness }
#endif
