extension CrossValidationSplits {
  /// nnU-Net's five folds: scikit-learn's `KFold(5, shuffle=True, random_state=12345)` on the sorted
  /// names.
  ///
  /// The same names always give the same folds, and nnU-Net's.
  /// - Throws: ``SplitsError/tooFewCases(found:folds:)``.
  public init(
    crossValidating names: [String],
    folds count: Int = 5,
    seed: UInt32 = 12345
  ) throws(SplitsError) {
    guard count > 1, names.count >= count else {
      throw .tooFewCases(found: names.count, folds: count)
    }
    let sorted = names.sorted(by: isInCodePointOrder)
    var order = Array(sorted.indices)
    var generator = MersenneTwister(seed: seed)
    for last in (1..<order.count).reversed() {
      order.swapAt(last, Int(generator.next(upTo: UInt32(clamping: last))))
    }
    var start = 0
    var result: [Fold] = []
    for fold in 0..<count {
      let size = order.count / count + (fold < order.count % count ? 1 : 0)
      let validating = Set(order[start..<start + size])
      start += size
      result.append(
        Fold(
          training: sorted.indices.filter { !validating.contains($0) }.map { sorted[$0] },
          validation: sorted.indices.filter(validating.contains).map { sorted[$0] }
        )
      )
    }
    folds = result
  }
}

/// NumPy's legacy `RandomState`: MT19937, seeded with one number.
///
/// For equality with programs that shuffle with NumPy alone; chance of our own is
/// `Randomness.SeededGenerator`.
/// - SeeAlso: Matsumoto and Nishimura, *ACM TOMACS* 8 (1998).
struct MersenneTwister {
  private static let size = 624
  private var state: [UInt32]
  private var position = size

  init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.size)
    while state.count < Self.size {
      let last = state[state.count - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(state.count))
    }
  }

  /// The next 32 bits.
  mutating func next() -> UInt32 {
    if position == Self.size { refill() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  /// A number drawn evenly from `0...largest`: the fewest bits that hold it, drawn again where they
  /// are beyond it (NumPy's `random_interval`).
  mutating func next(upTo largest: UInt32) -> UInt32 {
    guard largest > 0 else { return 0 }
    let mask = UInt32.max >> UInt32(largest.leadingZeroBitCount)
    while true {
      let value = next() & mask
      if value <= largest { return value }
    }
  }

  private mutating func refill() {
    for index in 0..<Self.size {
      let bits =
        (state[index] & 0x8000_0000) | (state[(index + 1) % Self.size] & 0x7FFF_FFFF)
      state[index] =
        state[(index + 397) % Self.size] ^ (bits >> 1) ^ (bits & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }
}
