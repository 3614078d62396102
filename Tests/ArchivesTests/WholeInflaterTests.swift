import Archives
import Foundation
import TestSupport
import Testing

@Suite("Streams inflated whole")
struct WholeInflaterTests {
  /// "hello hello hello hello\n" by `gzip -n`.
  private let gzip: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57,
    0xC8, 0x40, 0x27, 0xB9, 0x00, 0x00, 0x88, 0x59, 0x0B, 0x18, 0x00, 0x00, 0x00,
  ]
  private let text = "hello hello hello hello\n"

  private func inflated(_ bytes: [UInt8], from offset: Int = 0, limit: Int = 1000) throws -> String?
  {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.gz")
    try Data(bytes).write(to: url)
    var inflater = WholeInflater()
    // The second time the buffer is there already.
    _ = try inflater.inflate(fileAt: url, from: offset, limit: limit)
    let whole = try inflater.inflate(fileAt: url, from: offset, limit: limit)
    return whole.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("Members that follow each other are one stream, and other bytes after them padding")
  func members() throws {
    #expect(try inflated(gzip) == text)
    #expect(try inflated([1, 2] + gzip + gzip + [7], from: 2) == text + text)
  }

  @Test("Damaged, shortened and longer streams are left to the reader of pieces")
  func refusals() throws {
    #expect(try inflated(Array(gzip.dropLast(9))) == nil)
    #expect(try inflated(gzip.map { $0 == 0x88 ? 0x89 : $0 }) == nil, "the checksum")
    #expect(try inflated(gzip, limit: 23) == nil)
    #expect(try inflated(gzip, limit: 24) == text)
    #expect(try inflated(gzip, limit: 0) == nil)
    #expect(try inflated(gzip, limit: .max) == nil)
    #expect(try inflated(gzip, from: 100) == nil)
  }
}
