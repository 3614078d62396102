/// Values in [−1, 1) with 24 bits, by SplitMix64 from the FNV-1a hash of a name.
public func drawn(_ name: String, count: Int) -> [Float] {
  let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { hash, byte in
    (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float(Double(generator.next() >> 40) / 0x80_0000 - 1) }
}
