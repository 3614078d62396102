internal import Foundation

/// Files that outlive a loss of power: written beside, flushed to the disk, renamed.
enum DurableFile {
  /// Replaces a file's contents at once, or not at all.
  static func write(_ data: Data, to url: URL) throws(QueueError) {
    let unfinished = url.deletingLastPathComponent()
      .appending(path: ".\(url.lastPathComponent).\(UUID().uuidString)")
    do {
      try data.write(to: unfinished)
    } catch {
      throw .unwritable(url.lastPathComponent)
    }
    try flush(unfinished)
    try move(unfinished, to: url)
  }

  /// Renames a file, over one that is there, and flushes the folders.
  static func move(_ url: URL, to target: URL) throws(QueueError) {
    guard rename(url.path, target.path) == 0 else { throw .unwritable(target.lastPathComponent) }
    try flush(target.deletingLastPathComponent())
    let before = url.deletingLastPathComponent()
    if before != target.deletingLastPathComponent() { try flush(before) }
  }

  /// Makes sure that a file's or a folder's contents are on the disk.
  static func flush(_ url: URL) throws(QueueError) {
    let file = open(url.path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unwritable(url.lastPathComponent) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw .unwritable(url.lastPathComponent) }
  }

  /// Makes a folder, and those above it.
  static func makeFolder(_ url: URL) throws(QueueError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(url.lastPathComponent)
    }
    try flush(url.deletingLastPathComponent())
  }

  /// The names of what lies in a folder, by name.
  static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  /// The bytes of all files in a folder and those below.
  static func size(of folder: URL) -> Int {
    guard
      let walk = FileManager.default.enumerator(
        at: folder,
        includingPropertiesForKeys: [.fileSizeKey]
      )
    else { return 0 }
    return walk.reduce(0) { sum, item in
      sum + ((try? (item as? URL)?.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0)
    }
  }
}

/// Why the queue cannot go on.
public enum QueueError: Error, Hashable {
  /// A file or folder of the queue cannot be written.
  case unwritable(String)
  /// Another node works with the queue.
  case taken(String)
}

extension QueueError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .unwritable(let name): "Queue: \(name) cannot be written; is the disk full, or closed?"
    case .taken(let name): "Queue: another node works with \(name); each needs a folder of its own."
    }
  }
}
