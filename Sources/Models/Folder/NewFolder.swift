internal import Foundation

/// Makes a folder that appears whole or not at all: it is filled beside its place, then renamed.
/// - Parameters:
///   - folder: where; it may exist, but must then be empty.
///   - fill: writes into the folder it is given.
/// - Throws: ``ModelError``; then nothing is left behind.
func makeFolder(
  at folder: URL,
  filledBy fill: (URL) throws(ModelError) -> Void
) throws(ModelError) {
  let target = folder.standardizedFileURL
  let name = target.lastPathComponent
  let files = FileManager.default
  if files.fileExists(atPath: target.path) {
    guard let contents = try? files.contentsOfDirectory(atPath: target.path), contents.isEmpty
    else {
      throw .alreadyExists(name)
    }
  }
  let parent = target.deletingLastPathComponent()
  let partial = parent.appending(path: ".\(name).\(UUID().uuidString).partial")
  do { try files.createDirectory(at: partial, withIntermediateDirectories: true) } catch {
    throw .unwritable(file: name, reason: error.localizedDescription)
  }
  defer { try? files.removeItem(at: partial) }

  try fill(partial)
  // Renaming replaces an empty folder, and fails on one that has been filled meanwhile.
  guard rename(partial.path, target.path) == 0 else {
    throw .unwritable(file: name, reason: String(cString: strerror(errno)))
  }
}
