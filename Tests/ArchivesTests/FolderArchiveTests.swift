import Archives
import Foundation
import TestSupport
import Testing

@Suite("Archives of files")
struct FolderArchiveTests {
  private let folder: TemporaryFolder
  private let files: [(name: String, bytes: Data)]

  init() throws {
    folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 2)
    files = [("a/1.dcm", 0), ("a/2.dcm", 511), ("a/b/1.dcm", 512), ("a/b/long.dcm", 70_001)]
      .map { name, size in
        (name, Data((0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }))
      }
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  /// What an archive holds, by the last parts of names and numbers.
  private func unpacked(
    _ name: String,
    largest: Int = 1 << 20,
    most: Int = 100
  ) throws -> [String: Data] {
    let archive = try #require(FolderArchive(at: place(name), largest: largest, most: most))
    let target = place("unpacked-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: target) }
    try archive.unpack(into: target)
    return try FileManager.default.contentsOfDirectory(atPath: target.path)
      .reduce(into: [:]) { $0[$1] = try Data(contentsOf: target.appending(path: $1)) }
  }

  private var expected: [String: Data] {
    [
      "000001-1.dcm": files[0].bytes, "000002-2.dcm": files[1].bytes,
      "000003-1.dcm": files[2].bytes,
    ]
    .merging(["000004-long.dcm": files[3].bytes]) { one, _ in one }
  }

  private func writeZip(_ more: [ZipBuilder.Entry] = []) throws {
    let entries = files.map { ZipBuilder.Entry.deflated($0.name, $0.bytes) }
    try ZipBuilder(entries + more).data.write(to: place("files.zip"))
  }

  /// Archives the files with the system's own tar.
  private func writeTar(_ options: String, _ name: String, _ more: [String] = []) throws {
    for file in files {
      let url = place(file.name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try file.bytes.write(to: url)
    }
    let tar = Process()
    tar.executableURL = Tar.program
    tar.arguments = options.split(separator: " ").map(String.init) + [name]
    tar.arguments? += ["a"] + files.map(\.name) + more
    tar.currentDirectoryURL = folder.url
    try tar.run()
    tar.waitUntilExit()
    #expect(tar.terminationStatus == 0)
  }

  @Test("Files of a zip archive lie beside each other, without hidden ones and folders")
  func zip() throws {
    try writeZip([.stored("a/.hidden", Data([1])), .stored("__MACOSX/a/1.dcm", Data([1]))])
    #expect(try unpacked("files.zip") == expected)
  }

  @Test(
    "Files of a tar archive come back as tar put them in",
    .enabled(if: Tar.program != nil, "tar is not installed"),
    arguments: [
      ("--format=ustar -cf", "files.tar"), ("--format=gnu -czf", "files.tar.gz"),
      ("--format=pax -czf", "FILES.TGZ"), ("--format=v7 -cf", "old.tar"),
    ]
  )
  func tar(options: String, name: String) throws {
    try writeTar("--no-recursion \(options)", name)
    #expect(try unpacked(name) == expected)
  }

  @Test(
    "Links and names that lead elsewhere make no file elsewhere",
    .enabled(if: Tar.program != nil, "tar is not installed")
  )
  func elsewhere() throws {
    try FileManager.default.createDirectory(at: place("a"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: place("a/link.dcm"),
      withDestinationURL: URL(filePath: "/etc/hostname")
    )
    try writeTar(
      "--no-recursion --transform s,^a/1,../../a/1, -cPf",
      "files.tar",
      ["a/link.dcm"]
    )
    #expect(try unpacked("files.tar") == expected)
  }

  @Test("What is too much, cut off or no archive is refused with a sentence")
  func refusals() throws {
    try writeZip()
    for (largest, most) in [(71_000, 100), (1 << 20, 3)] {
      let error = #expect(throws: UnpackingError.self) {
        try unpacked("files.zip", largest: largest, most: most)
      }
      #expect(error.map { "\($0)".hasSuffix("unpacked.") } == true)
    }
    var header = Data(count: 512)
    header[0] = 0x41
    for (bytes, name) in [
      (Data("no archive".utf8), "a.tar"), (header, "b.tar"), (Data(count: 1024), "empty.tar"),
      (Data("no gzip".utf8), "c.tar.gz"), (Data("no zip".utf8), "d.zip"),
    ] {
      try bytes.write(to: place(name))
      let error = #expect(throws: UnpackingError.self) { try unpacked(name) }
      #expect(error.map { "\($0)".hasPrefix(name) && "\($0)".hasSuffix(".") } == true)
    }
    #expect(FolderArchive(at: place("scan.nii.gz")) == nil)
    #expect(throws: UnpackingError.self) { try unpacked("absent.tgz") }
  }

  @Test(
    "600 damaged archives are unpacked or refused",
    .enabled(if: Tar.program != nil, "tar is not installed")
  )
  func damage() throws {
    try writeTar("--no-recursion -cf", "whole.tar")
    try writeTar("--no-recursion -czf", "whole.tgz")
    try writeZip()
    var generator = SeededGenerator(seed: 9)
    var refused = 0
    for (whole, name) in [
      ("whole.tar", "x.tar"), ("whole.tgz", "x.tgz"), ("files.zip", "x.zip"),
    ] {
      let bytes = try Data(contentsOf: place(whole))
      for _ in 0..<200 {
        try bytes.mutated(using: &generator).write(to: place(name))
        do {
          _ = try unpacked(name)
        } catch {
          refused += 1
          #expect("\(error)".hasSuffix("."))
        }
      }
    }
    #expect(refused > 100)
  }
}

/// The system's tar.
private enum Tar {
  static let program = ["/bin/tar", "/usr/bin/tar"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
}
