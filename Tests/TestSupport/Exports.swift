// The tests' program, which links no testing library, uses it without the rest of this target.
@_exported public import Randomness
