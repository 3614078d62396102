package import Foundation

/// A folder of files in one file: .zip, .tar, .tar.gz or .tgz, told apart by the name's ending.
package struct FolderArchive {
  private let url: URL
  private var name: String { url.lastPathComponent }

  /// The most bytes and files that are unpacked.
  private let largest: Int
  private let most: Int

  /// An archive; `nil` where the name's ending is none of an archive.
  package init?(at url: URL, largest: Int = 16 << 30, most: Int = 200_000) {
    let name = url.lastPathComponent.lowercased()
    guard Self.endings.contains(where: { name.hasSuffix($0) }) else { return nil }
    self.url = url
    self.largest = largest
    self.most = most
  }

  private static let endings = [".zip", ".tar", ".tar.gz", ".tgz"]

  /// Writes the files beside each other into a folder.
  ///
  /// Each lies there under its number and the last part of its name: no name in an archive leads
  /// elsewhere. Folders, links and hidden files are left out.
  /// - Throws: ``UnpackingError``; files written before stay.
  package func unpack(into folder: URL) throws(UnpackingError) {
    let ending = name.lowercased()
    let count: Int
    if ending.hasSuffix(".zip") {
      count = try unpackZip(into: folder)
    } else if ending.hasSuffix(".tar") {
      count = try unpackTar(folder) { () throws(GzipError) in try GzipInput(at: url) }
    } else {
      count = try unpackTar(folder) { () throws(GzipError) in try GzipFile(at: url) }
    }
    guard count > 0 else { throw .empty(file: name) }
  }

  private func unpackZip(into folder: URL) throws(UnpackingError) -> Int {
    do {
      let archive = try ZipArchive(contentsOf: url)
      var (count, total) = (0, 0)
      for entry in archive.entries {
        guard let place = place(of: entry.name, number: count + 1, in: folder) else { continue }
        count += 1
        // What deflate can hold was checked; inflating keeps to what is declared.
        total += Int(clamping: min(entry.size, UInt64(largest) + 1))
        try check(count, total)
        try archive.extract(entry.name, to: place)
      }
      return count
    } catch let error as UnpackingError {
      throw error
    } catch let error as ArchiveError {
      throw .zip(error)
    } catch {
      throw .unreadable(file: name, reason: "\(error)")
    }
  }

  private func unpackTar<Source: ByteSource & ~Copyable>(
    _ folder: URL,
    _ open: () throws(GzipError) -> Source
  ) throws(UnpackingError) -> Int {
    let source: Source
    do { source = try open() } catch { throw .unreadable(file: name, reason: "\(error)") }
    var reader = TarReader(source, name: name)
    var (count, total) = (0, 0)
    while let entry = try reader.next() {
      guard entry.isFile, let place = place(of: entry.name, number: count + 1, in: folder) else {
        continue
      }
      count += 1
      total += min(entry.size, largest + 1)
      try check(count, total)
      guard FileManager.default.createFile(atPath: place.path, contents: nil),
        let file = try? FileHandle(forWritingTo: place)
      else { throw .unwritable(file: name) }
      defer { try? file.close() }
      while true {
        let piece = try reader.read(limit: 1 << 18)
        if piece.isEmpty { break }
        do { try file.write(contentsOf: piece) } catch { throw .unwritable(file: name) }
      }
    }
    return count
  }

  private func check(_ count: Int, _ total: Int) throws(UnpackingError) {
    guard count <= most else { throw .tooMany(file: name, limit: most) }
    guard total <= largest else { throw .tooLarge(file: name, limit: largest) }
  }

  /// Where a file goes; `nil` where it is hidden, or belongs to what macOS adds.
  private func place(of path: String, number: Int, in folder: URL) -> URL? {
    guard let last = path.split(separator: "/").last, !last.hasPrefix("."), !path.hasSuffix("/"),
      !path.hasPrefix("__MACOSX/")
    else { return nil }
    let digits = String(1_000_000 + number).dropFirst()
    return folder.appending(path: "\(digits)-\(last.prefix(100))")
  }
}
