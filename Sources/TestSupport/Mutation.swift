public import Foundation

extension Data {
  /// The bytes, damaged: cut short, flipped, overwritten with absurd numbers, or rearranged.
  public func mutated(using generator: inout SeededGenerator) -> Data {
    var bytes = [UInt8](self)
    guard !bytes.isEmpty else { return self }
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      let length = Swift.min(bytes.count - place, Int.random(in: 1...8, using: &generator))
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes.removeLast(bytes.count - place)
      case 1: bytes.removeSubrange(place..<place + length)
      case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      case 3:
        let absurd: [UInt8] = [0x00, 0x7F, 0x80, 0xFF]
        let byte = absurd.randomElement(using: &generator) ?? 0
        for index in place..<place + length { bytes[index] = byte }
      case 4: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    }
    return Data(bytes)
  }
}
