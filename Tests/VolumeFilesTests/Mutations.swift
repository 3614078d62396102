import Foundation
import TestSupport

/// Ways to damage a file: cut, flip bits, absurd values, bytes put in or taken out, and in text
/// other numbers.
struct Mutator {
  var generator: SeededGenerator
  /// Bytes from the front where most damage is done: the header.
  var headerSize: Int
  var isText = false

  init(seed: UInt64, headerSize: Int, isText: Bool = false) {
    generator = SeededGenerator(seed: seed)
    self.headerSize = headerSize
    self.isText = isText
  }

  /// A damaged copy.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty { change(&bytes) }
    return bytes
  }

  private mutating func place(_ bytes: [UInt8]) -> Int {
    let isInHeader = Int.random(in: 0..<10, using: &generator) < 8
    let bound = isInHeader ? min(headerSize, bytes.count) : bytes.count
    return Int.random(in: 0..<bound, using: &generator)
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let start = place(bytes)
    switch Int.random(in: 0..<(isText ? 9 : 6), using: &generator) {
    case 0: bytes.removeLast(bytes.count - start)
    case 1: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2:
      let patterns: [[UInt8]] = [
        [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0x7F, 0xFF], [0, 0, 0, 0x80],
        [0, 0, 0, 0], [0xFF, 0x7F], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0, 0, 0x80, 0xFF],
        [0xFE, 0xFF, 0xDD, 0xE0], [0xFE, 0xFF, 0x00, 0xE0],
      ]
      let pattern = patterns.randomElement(using: &generator) ?? []
      for (offset, byte) in pattern.enumerated() where start + offset < bytes.count {
        bytes[start + offset] = byte
      }
    case 3: bytes[start] = UInt8.random(in: 0...255, using: &generator)
    case 4:
      let count = min(Int.random(in: 1...40, using: &generator), bytes.count - start)
      bytes.removeSubrange(start..<(start + count))
    case 5:
      let count = min(Int.random(in: 1...40, using: &generator), bytes.count - start)
      bytes.insert(contentsOf: bytes[start..<(start + count)], at: place(bytes))
    default: changeNumber(&bytes, near: start)
    }
  }

  /// Replaces the next number of a text by another.
  private mutating func changeNumber(_ bytes: inout [UInt8], near start: Int) {
    guard let first = bytes[start...].firstIndex(where: { (0x30...0x39).contains($0) }) else {
      return
    }
    let end = bytes[first...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.endIndex
    let numbers = [
      "0", "-1", "1e308", "nan", "inf", "2147483648", "4294967297", "9223372036854775807", "65536",
      "1e-300", "99999999999999999999999999", "3 3", "", "(", "%s%n", "0x10", "1.5",
    ]
    let number = numbers.randomElement(using: &generator) ?? ""
    bytes.replaceSubrange(first..<end, with: Array(number.utf8))
  }
}

/// A gzip file that stores bytes as they are: damage inside stays reachable behind a valid stream.
func gzipStored(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
  var start = 0
  repeat {
    let piece = bytes[start..<min(start + 65535, bytes.count)]
    start += piece.count
    result.append(start == bytes.count ? 1 : 0)
    result += little(UInt16(piece.count)) + little(~UInt16(piece.count)) + piece
  } while start < bytes.count
  let crc = bytes.reduce(UInt32.max) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }
  return result + little(~crc) + little(UInt32(truncatingIfNeeded: bytes.count))
}

/// Writes a file anew: cutting off and rewriting an old one makes some disks wait each time.
func renew(_ url: URL, _ bytes: [UInt8]) throws {
  try? FileManager.default.removeItem(at: url)
  try Data(bytes).write(to: url)
}
