internal import Archives
internal import Foundation

/// The files of a model, in a folder or in a zip archive.
struct ModelSource {
  private enum Place {
    case folder(URL)
    case archive(ZipArchive, prefix: String)
  }
  private let place: Place
  /// The name for messages.
  let name: String

  /// The files at a place: a folder, a zip archive, or a folder inside one
  /// (`export.zip/Dataset501_OpenKBP/…`).
  init(_ url: URL) throws(ModelError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
      name = url.lastPathComponent
      guard !isFolder.boolValue else {
        place = .folder(url)
        return
      }
      place = .archive(try Self.archive(url), prefix: "")
      return
    }
    var inside: [String] = []
    var outside = url.standardizedFileURL
    while outside.pathComponents.count > 1 {
      inside.insert(outside.lastPathComponent, at: 0)
      outside.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: outside.path, isDirectory: &isFolder) { break }
    }
    guard !isFolder.boolValue, outside.pathComponents.count > 1 else {
      throw .notAModel(file: url.lastPathComponent, reason: "there is no such file or folder")
    }
    name = inside.last ?? outside.lastPathComponent
    place = .archive(try Self.archive(outside), prefix: inside.map { $0 + "/" }.joined())
  }

  private init(place: Place, name: String) {
    self.place = place
    self.name = name
  }

  private static func archive(_ url: URL) throws(ModelError) -> ZipArchive {
    do { return try ZipArchive(contentsOf: url) } catch {
      if case .notAnArchive(let file) = error {
        throw .notAModel(file: file, reason: "neither a folder nor a zip archive")
      }
      throw .archive(error)
    }
  }

  /// The source below a path of this one.
  func appending(_ path: String) -> ModelSource {
    guard !path.isEmpty else { return self }
    let name = path.split(separator: "/").last.map { String($0) } ?? name
    return switch place {
    case .folder(let url): ModelSource(place: .folder(url.appending(path: path)), name: name)
    case .archive(let archive, let prefix):
      ModelSource(place: .archive(archive, prefix: "\(prefix)\(path)/"), name: name)
    }
  }

  /// Whether there is such a file.
  func has(_ path: String) -> Bool {
    switch place {
    case .folder(let url):
      var isFolder: ObjCBool = false
      let path = url.appending(path: path).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue
    case .archive(let archive, let prefix): return archive.entry(named: prefix + path) != nil
    }
  }

  /// The folders directly inside, sorted by name.
  var folders: [String] {
    switch place {
    case .folder(let url):
      let children = try? FileManager.default.contentsOfDirectory(
        at: url,
        includingPropertiesForKeys: [.isDirectoryKey],
        options: .skipsHiddenFiles
      )
      return (children ?? []).filter { child in
        (try? child.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
      }.map(\.lastPathComponent).sorted()
    case .archive(let archive, let prefix):
      let names = archive.entries.lazy.filter { $0.name.hasPrefix(prefix) }.compactMap { entry in
        let parts = entry.name.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
        return parts.count == 2 ? String(parts[0]) : nil
      }
      return Set(names).sorted()
    }
  }

  /// A small file's bytes.
  func contents(_ path: String, limit: UInt64 = 16 << 20) throws(ModelError) -> Data {
    guard has(path) else { throw .missingFile(path) }
    do throws(ArchiveError) {
      switch place {
      case .archive(let archive, let prefix):
        return try archive.contents(of: prefix + path, limit: limit)
      case .folder(let url):
        let data = try mappedContents(of: url.appending(path: path))
        guard data.count <= limit else {
          throw ArchiveError.tooLarge(entry: path, size: UInt64(data.count), limit: limit)
        }
        return data
      }
    } catch { throw .archive(error) }
  }

  /// A large file's bytes, mapped: from the disk, from the archive it is stored in, or from a
  /// temporary file that a deflated entry is inflated into and that is gone once it is mapped.
  func mapped(_ path: String) throws(ModelError) -> Data {
    guard has(path) else { throw .missingFile(path) }
    do throws(ArchiveError) {
      switch place {
      case .folder(let url): return try mappedContents(of: url.appending(path: path))
      case .archive(let archive, let prefix):
        if let slice = try archive.storedSlice(of: prefix + path) { return slice }
        let copy = FileManager.default.temporaryDirectory
          .appending(path: "delineate-\(UUID().uuidString).pth")
        defer { try? FileManager.default.removeItem(at: copy) }
        try archive.extract(prefix + path, to: copy)
        return try mappedContents(of: copy)
      }
    } catch { throw .archive(error) }
  }

  /// The SHA-256 of a file whose bytes are at hand; on the disk it is read by pieces, so that the
  /// mapped file need not be in memory.
  func digest(_ path: String, data: Data) throws(ModelError) -> String {
    guard case .folder(let url) = place else { return SHA256.hexDigest(of: data) }
    do { return try SHA256.hexDigest(ofFile: url.appending(path: path)) } catch {
      throw .archive(error)
    }
  }
}
