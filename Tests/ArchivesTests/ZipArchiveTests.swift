import Archives
import Foundation
import TestSupport
import Testing

@Suite("Zip archives")
struct ZipArchiveTests {
  let short = Data("contours".utf8)
  let long = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })

  /// 100,000 zeros, deflated to 114 bytes.
  static let zeros = Data(
    base64Encoded:
      "7cExAQAAAMKg9U9tDQ+gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgFcD"
  )

  func archive(_ entries: ZipBuilder.Entry...) throws -> ZipArchive {
    try ZipArchive(data: ZipBuilder(entries).data, name: "test.zip")
  }

  func error(_ entries: ZipBuilder.Entry...) -> ArchiveError? {
    #expect(throws: ArchiveError.self) {
      let archive = try ZipArchive(data: ZipBuilder(entries).data, name: "test.zip")
      for entry in archive.entries { _ = try archive.contents(of: entry.name) }
    }
  }

  @Test("Stored and deflated entries give their bytes back", arguments: [false, true])
  func contents(isZip64: Bool) throws {
    var builder = ZipBuilder([
      .stored("a.txt", short), .deflated("folder/b", long), .stored("empty", Data()),
      .deflated("folder/empty", Data()),
    ])
    builder.isZip64 = isZip64
    let archive = try ZipArchive(data: builder.data, name: "test.zip")
    #expect(archive.entries.map(\.name) == ["a.txt", "folder/b", "empty", "folder/empty"])
    #expect(try archive.contents(of: "a.txt") == short)
    #expect(try archive.contents(of: "folder/b") == long)
    #expect(try archive.contents(of: "empty").isEmpty)
    #expect(try archive.contents(of: "folder/empty").isEmpty)
    #expect(archive.entry(named: "folder/b")?.isDeflated == true)
    #expect(archive.entry(named: "absent") == nil)
  }

  @Test("An archive is read from a mapped file and entries are written to files")
  func files() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "test.zip")
    try ZipBuilder([.stored("a", short), .deflated("b", long)]).data.write(to: file)
    let archive = try ZipArchive(contentsOf: file)
    for (name, bytes) in [("a", short), ("b", long)] {
      let copy = folder.url.appending(path: name)
      try archive.extract(name, to: copy)
      #expect(try Data(contentsOf: copy) == bytes)
    }
  }

  @Test("An archive inside another is read in place")
  func nested() throws {
    let inner = ZipBuilder([.deflated("weights", long)]).data
    let outer = try archive(.stored("x", short), .stored("inner.zip", inner))
    let slice = try #require(try outer.storedSlice(of: "inner.zip"))
    #expect(try ZipArchive(data: slice, name: "inner.zip").contents(of: "weights") == long)
    let deflated = try archive(.deflated("inner.zip", inner))
    #expect(try deflated.storedSlice(of: "inner.zip") == nil)
  }

  @Test("A highly compressed entry inflates to its size")
  func compressed() throws {
    let zeros = try #require(Self.zeros)
    var entry = ZipBuilder.Entry.stored("zeros", Data(count: 100_000))
    (entry.method, entry.raw) = (8, zeros)
    #expect(try archive(entry).contents(of: "zeros") == Data(count: 100_000))
  }

  @Test("A wrong checksum is refused")
  func checksums() {
    for var entry in [ZipBuilder.Entry.stored("a", short), .deflated("a", short)] {
      let right = entry.checksum
      entry.checksum ^= 1
      #expect(error(entry) == .wrongChecksum(entry: "a", expected: right ^ 1, found: right))
    }
  }

  @Test("An entry that inflates to another size than declared is refused")
  func sizes() throws {
    var entry = ZipBuilder.Entry.stored("a", Data(count: 100_000))
    (entry.method, entry.raw) = (8, try #require(Self.zeros))
    entry.size = 99_999
    #expect(error(entry) == .wrongSize(entry: "a", expected: 99_999, found: 100_000))
    entry.size = 100_001
    #expect(error(entry) == .wrongSize(entry: "a", expected: 100_001, found: 100_000))
    entry.size = 4_000_000_000
    #expect(
      error(entry)
        == .impossibleRatio(
          entry: "a",
          size: 4_000_000_000,
          compressed: UInt64(entry.raw.count)
        )
    )
    var stored = ZipBuilder.Entry.stored("a", short)
    stored.size = 9
    #expect(error(stored) == .wrongSize(entry: "a", expected: 9, found: 8))
  }

  @Test("A damaged or cut deflate stream is refused")
  func damagedStreams() {
    var entry = ZipBuilder.Entry.deflated("a", short)
    entry.raw.removeLast(3)
    #expect(error(entry) == .damaged(entry: "a"))
    entry = .deflated("a", short)
    entry.raw.append(0)
    #expect(error(entry) == .damaged(entry: "a"))
    entry.raw = Data([0xFF, 0xFF, 0xFF, 0xFF])
    #expect(error(entry) == .damaged(entry: "a"))
  }

  @Test("An entry larger than its reader accepts is refused")
  func limits() throws {
    let archive = try archive(.stored("a", short))
    #expect(throws: ArchiveError.tooLarge(entry: "a", size: 8, limit: 7)) {
      try archive.contents(of: "a", limit: 7)
    }
    #expect(throws: ArchiveError.missingEntry(file: "test.zip", entry: "b")) {
      try archive.contents(of: "b")
    }
  }

  @Test(
    "A name that leads out of the folder is refused",
    arguments: ["../a", "/etc/passwd", "a/../../b", "a\\..\\b", "a\0b", ""]
  )
  func unsafeNames(_ name: String) {
    #expect(error(.stored(name, short)) == .unsafeName(file: "test.zip", entry: name))
  }

  @Test("Two entries of one name are refused")
  func duplicates() {
    let found = error(.stored("a", short), .stored("a", long))
    #expect(found == .duplicateEntry(file: "test.zip", entry: "a"))
  }

  @Test("Entries that lie over each other, or outside the file, are refused")
  func places() throws {
    var second = ZipBuilder.Entry.stored("b", short)
    second.offset = 0
    #expect(error(.stored("a", short), second) != nil)
    second.offset = 1 << 30
    #expect(error(.stored("a", short), second) != nil)
    // Two names for one place: a copy of the directory's entry with another name.
    var twin = ZipBuilder.Entry.stored("a", short)
    twin.offset = 0
    twin.name = "a"
    #expect(error(.stored("a", short), twin) != nil)
  }

  @Test("Encryption, other compression and things that are no archive are refused")
  func unsupported() {
    var entry = ZipBuilder.Entry.stored("a", short)
    entry.flags = 1
    #expect(error(entry) == .unsupported(file: "test.zip", what: "encryption"))
    entry = .stored("a", short)
    entry.method = 12
    #expect(error(entry) == .unsupported(file: "test.zip", what: "compression method 12"))
    for bytes in [Data(), short, ZipBuilder([.stored("a", short)]).data.dropLast(1)] {
      #expect(throws: ArchiveError.notAnArchive(file: "x")) {
        try ZipArchive(data: bytes, name: "x")
      }
    }
  }

  @Test("Every complaint is one sentence")
  func sentences() {
    var entry = ZipBuilder.Entry.stored("a", short)
    entry.checksum ^= 1
    #expect(
      error(entry)?.description
        == "Zip entry “a”: checksum \(crc(short)), expected \(crc(short, 1))."
    )
  }

  private func crc(_ data: Data, _ flip: UInt32 = 0) -> String {
    String(ZipBuilder.crc32(data) ^ flip, radix: 16)
  }

  @Test("Damaged archives are refused or read, never trapped on", arguments: [false, true])
  func mutations(isZip64: Bool) throws {
    let zeros = try #require(Self.zeros)
    var compressed = ZipBuilder.Entry.stored("zeros", Data(count: 100_000))
    (compressed.method, compressed.raw) = (8, zeros)
    var builder = ZipBuilder([
      .stored("a.txt", short), compressed, .deflated("folder/b", Data(long.prefix(300))),
    ])
    builder.isZip64 = isZip64
    let whole = builder.data
    var generator = SeededGenerator(seed: isZip64 ? 11 : 12)
    var refused = 0
    for _ in 0..<2_500 {
      do {
        let archive = try ZipArchive(data: whole.mutated(using: &generator), name: "test.zip")
        for entry in archive.entries {
          let contents = try archive.contents(of: entry.name)
          #expect(contents.count == Int(entry.size))
        }
      } catch { refused += 1 }
    }
    #expect(refused > 2_000)
  }
}
