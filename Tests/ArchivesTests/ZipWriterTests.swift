import Archives
import Foundation
import TestSupport
import Testing

@Suite("Zip archives written")
struct ZipWriterTests {
  private let entries: [(name: String, bytes: Data)] = [
    ("archive/data.pkl", Data("contours".utf8)),
    ("archive/data/0", Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })),
    ("empty", Data()), ("archive/data/1", Data([1, 2, 3])),
  ]

  private func write(_ folder: TemporaryFolder, alignment: Int) throws -> URL {
    let file = folder.url.appending(path: "written.zip")
    var writer = try ZipWriter(to: file, alignment: alignment)
    for entry in entries { try writer.append(entry.name, entry.bytes) }
    try writer.finish()
    return file
  }

  @Test("What is written is read again", arguments: [1, 64, 4096])
  func roundTrip(_ alignment: Int) throws {
    let folder = try TemporaryFolder()
    let archive = try ZipArchive(contentsOf: try write(folder, alignment: alignment))
    #expect(archive.entries.map(\.name) == entries.map(\.name))
    for entry in entries {
      #expect(try archive.contents(of: entry.name) == entry.bytes)
      #expect(archive.entry(named: entry.name)?.isDeflated == false)
    }
  }

  @Test("The bytes of an entry begin where they were asked to")
  func alignment() throws {
    let folder = try TemporaryFolder()
    let bytes = try Data(contentsOf: try write(folder, alignment: 64))
    for entry in entries where entry.bytes.count > 2 {
      let range = try #require(bytes.firstRange(of: entry.bytes))
      #expect(range.lowerBound.isMultiple(of: 64))
    }
  }

  @Test("Another program finds nothing wrong with the archive")
  func unzip() throws {
    let program = URL(filePath: "/usr/bin/unzip")
    guard FileManager.default.isExecutableFile(atPath: program.path) else { return }
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = program
    process.arguments = ["-tqq", try write(folder, alignment: 64).path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test("What cannot be written is told")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ArchiveError.self) { _ = try ZipWriter(to: folder.url) }
    var writer = try ZipWriter(to: folder.url.appending(path: "zip"))
    #expect(throws: ArchiveError.self) {
      try writer.append(String(repeating: "a", count: 5000), Data())
    }
  }
}
