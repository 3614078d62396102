import Archives
import Foundation
import TestSupport
import Testing

@Suite("Compressed files")
struct GzipFileTests {
  /// "hello hello hello hello\n" by `gzip -n`.
  private let gzip: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57,
    0xC8, 0x40, 0x27, 0xB9, 0x00, 0x00, 0x88, 0x59, 0x0B, 0x18, 0x00, 0x00, 0x00,
  ]

  private func inflated(_ bytes: [UInt8], from offset: Int = 0) throws -> String {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.gz")
    try Data(bytes).write(to: url)
    var file = try GzipFile(at: url, from: offset)
    var result = [UInt8](repeating: 0, count: 1000)
    let count = try result.withUnsafeMutableBufferPointer { room throws(GzipError) in
      try file.read(into: UnsafeMutableRawBufferPointer(room))
    }
    return String(decoding: result.prefix(count), as: UTF8.self)
  }

  private let text = "hello hello hello hello\n"

  @Test("A stream is inflated, from an offset too, and bytes after it are padding")
  func inflating() throws {
    #expect(try inflated(gzip) == text)
    #expect(try inflated([1, 2, 3] + gzip, from: 3) == text)
    #expect(try inflated(gzip + [0, 0, 7]) == text)
  }

  @Test("Members that follow each other are one stream")
  func members() throws {
    #expect(try inflated(gzip + gzip + gzip) == text + text + text)
  }

  @Test("Skipping counts what is there")
  func skipping() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.gz")
    try Data(gzip).write(to: url)
    var file = try GzipFile(at: url)
    #expect(try file.skip(20) == 20)
    #expect(try file.skip(20) == 4)
    #expect(try file.skip(20) == 0)
  }

  @Test("Every cut and every flipped bit is noticed or harmless")
  func damage() throws {
    for length in 1..<gzip.count {
      #expect(throws: GzipError.self) { try inflated(Array(gzip.prefix(length))) }
    }
    for bit in 0..<(gzip.count * 8) {
      var bytes = gzip
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = try? inflated(bytes)
      // The header's time and system are not part of what is stored.
      #expect(found == nil || found == text || found?.isEmpty == true)
    }
  }

  @Test("Random bytes are refused")
  func random() throws {
    var generator = SeededGenerator(seed: 3)
    let folder = try TemporaryFolder()
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { room.deallocate() }
    for round in 0..<2000 {
      let url = folder.url.appending(path: "\(round).gz")
      var bytes = gzip
      for _ in 0..<3 {
        bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255,
          using: &generator
        )
      }
      try Data(bytes).write(to: url)
      var file = try GzipFile(at: url)
      let count = try? file.read(into: room)
      #expect(count == nil || count.map { $0 <= 29 * GzipFile.largestRatio } == true)
    }
  }

  @Test("Folders and missing files are refused")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    #expect(throws: GzipError.unreadable(reason: "not a regular file")) {
      _ = try GzipInput(at: folder.url)
    }
    #expect(throws: GzipError.unreadable(reason: "No such file or directory")) {
      _ = try GzipInput(at: folder.url.appending(path: "none"))
    }
  }
}
