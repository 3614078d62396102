import Archives
import Foundation
import TestSupport

/// An archive's files, to be written again with one of them changed.
struct ZipArchiveCopy {
  private let entries: [ZipBuilder.Entry]

  init(_ data: Data) throws {
    let archive = try ZipArchive(data: data, name: "copy")
    entries = try archive.entries.map { .stored($0.name, try archive.contents(of: $0.name)) }
  }

  /// The archive with the entry of this file name changed; its checksum is right again.
  func replacing(_ file: String, with change: (Data) -> Data) -> Data {
    ZipBuilder(
      entries.map { entry in
        entry.name.hasSuffix("/\(file)") ? .stored(entry.name, change(entry.raw)) : entry
      }
    ).data
  }
}
