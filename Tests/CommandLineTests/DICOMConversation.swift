import Foundation
import TestSupport

/// What a peer says to store one object, byte by byte (PS3.8, 9.3; PS3.7, 9.3.1).
struct DICOMConversation {
  var calling = "SCANNER"
  var called = "NODE"
  /// The object's file, in explicit little endian.
  var file: Data

  private static let storage = "1.2.840.10008.5.1.4.1.1.2"

  /// Association, the object, and the good-bye, without waiting for answers.
  var bytes: [UInt8] { association + command + data + [5, 0, 0, 0, 0, 4, 0, 0, 0, 0] }

  private var association: [UInt8] {
    func title(_ text: String) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0x20, count: 16 - text.utf8.count)
    }
    let context =
      [1, 0, 0, 0] + item(0x30, Array(Self.storage.utf8))
      + item(0x40, Array("1.2.840.10008.1.2.1".utf8))
    let user = item(0x51, [0, 0, 0x40, 0]) + item(0x52, Array("1.2.3.4".utf8))
    let body =
      [0, 1, 0, 0] + title(called) + title(calling) + [UInt8](repeating: 0, count: 32)
      + item(0x10, Array("1.2.840.10008.3.1.1.1".utf8)) + item(0x20, context) + item(0x50, user)
    return [1, 0] + long(body.count) + body
  }

  private var command: [UInt8] {
    func element(_ number: UInt16, _ value: [UInt8]) -> [UInt8] {
      [0, 0, UInt8(number & 0xFF), UInt8(number >> 8)] + long(value.count).reversed() + value
    }
    func uid(_ text: String) -> [UInt8] {
      Array(text.utf8) + (text.utf8.count.isMultiple(of: 2) ? [] : [0])
    }
    let elements =
      element(0x0002, uid(Self.storage)) + element(0x0100, [1, 0]) + element(0x0110, [1, 0])
      + element(0x0700, [0, 0]) + element(0x0800, [0, 0])
      + element(0x1000, uid("\(DICOMSliceFile.root).1.1"))
    return fragment(3, element(0, long(elements.count).reversed()) + elements)
  }

  /// The file without its meta information, whose length its first element says.
  private var data: [UInt8] {
    let bytes = [UInt8](file)
    let length = bytes[140..<144].reversed().reduce(0) { $0 << 8 | Int($1) }
    return fragment(2, Array(bytes[(144 + length)...]))
  }

  private func item(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
    [kind, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
  }

  private func fragment(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
    [4, 0] + long(body.count + 6) + long(body.count + 2) + [1, kind] + body
  }

  private func long(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
