import Foundation

/// Repeatable chance: same seed and stream, same numbers, on every platform.
///
/// SplitMix64. A stream is named by what is drawn, so that a draw does not depend on what was drawn
/// before it: a training that resumes, or runs on more threads, draws the same.
/// - SeeAlso: Steele, Lea and Flood, OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator that starts from this seed.
  public init(seed: UInt64) { state = seed }

  /// The generator of one of a seed's streams, numbered by what it is for: iteration, sample, ….
  public init(seed: UInt64, stream numbers: UInt64...) {
    state = numbers.reduce(Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)) { state, number in
      Self.mixed(state ^ Self.mixed(number &+ 0x9E37_79B9_7F4A_7C15))
    }
  }

  /// The generator of one of a seed's streams, named by what it is for.
  public init(seed: UInt64, stream name: String) {
    // FNV-1a over the name's bytes; mixed again by the other initializer.
    let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    self.init(seed: seed, stream: hash)
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number drawn evenly from 0 up to but not including 1, by 53 bits.
  public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number drawn evenly from a range, by 53 bits (the standard library's draw may change).
  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * nextUnit()
  }

  /// A whole number drawn evenly from `0..<count`.
  /// - Precondition: `count` is positive.
  public mutating func index(below count: Int) -> Int {
    precondition(count > 0, "an index of something")
    // The upper half of a 128-bit product; biased by less than count / 2⁶⁴.
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// A number drawn from the standard normal distribution (Box and Muller, 1958).
  public mutating func nextNormal() -> Double {
    // 1 − u is never 0, so its logarithm is finite.
    let radius = (-2 * log(1 - nextUnit())).squareRoot()
    return radius * cos(2 * Double.pi * nextUnit())
  }

  /// A hash of 64 bits: neighbors map to unrelated numbers.
  @inline(__always)
  public static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
