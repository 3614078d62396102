internal import Archives
package import Foundation
internal import Synchronization

/// Folders that hold files still being written, and unpacked archives.
private let unfinished = Mutex<Set<URL>>([])
/// Folders of archives that were unpacked.
private let unpacked = Mutex<[URL: URL]>([:])

/// Removes what writes in progress have left so far: for a program that is told to stop.
///
/// Every write goes to a hidden folder beside its target first, so nothing half-written ever has
/// the target's name; this takes those folders away too.
public func removeUnfinishedFiles() {
  let folders = unfinished.withLock { $0 }
  for folder in folders { try? FileManager.default.removeItem(at: folder) }
}

/// Writes bytes to a file that appears under its name only when it is complete.
/// - Parameters:
///   - bytes: What the file holds.
///   - url: Where it goes; an older file of the name is replaced.
/// - Throws: ``VolumeFileError/unwritable(file:reason:)``.
package func write(_ bytes: Data, to url: URL) throws(VolumeFileError) {
  try writeCompletely(url) { place throws(VolumeFileError) in
    do { try bytes.write(to: place) } catch {
      throw .unwritable(file: url.lastPathComponent, reason: "the disk took no more")
    }
  }
}

/// An archive of DICOM files as a folder, which goes when the program ends.
/// - Parameter url: A folder or file; .zip, .tar, .tar.gz and .tgz files are unpacked.
/// - Returns: The folder of the archive's files, or `url` where it is no archive.
/// - Throws: An error of one sentence where the archive is damaged, or larger than is unpacked.
package func unpackingArchive(_ url: URL) throws -> URL {
  guard !url.hasDirectoryPath, let archive = FolderArchive(at: url),
    (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
  else { return url }
  if let folder = unpacked.withLock({ $0[url] }) { return folder }
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "delineate-\(UUID().uuidString)")
  guard mkdir(folder.path, 0o700) == 0 else {
    throw UnpackingError.unwritable(file: url.lastPathComponent)
  }
  if unfinished.withLock({ $0.insert(folder) }).inserted { atexit { removeUnfinishedFiles() } }
  try archive.unpack(into: folder)
  unpacked.withLock { $0[url] = folder }
  return folder
}

/// Lets `body` write files into a hidden folder beside the target, then moves them to their names.
///
/// The folder is on the target's own disk, so each move is one atomic rename; a file that a header
/// refers to is moved before the header. On failure the folder is removed and an older file of the
/// same name is left as it was.
func writeCompletely(
  _ url: URL,
  _ body: (URL) throws(VolumeFileError) -> Void
) throws(VolumeFileError) {
  let name = url.lastPathComponent
  func unwritable(_ reason: String) -> VolumeFileError { .unwritable(file: name, reason: reason) }
  let target = url.standardizedFileURL
  let folder = target.deletingLastPathComponent()
    .appending(path: ".\(name.prefix(100)).\(UUID().uuidString.prefix(8)).partial")
  guard mkdir(folder.path, 0o777) == 0 else { throw unwritable(String(cString: strerror(errno))) }
  _ = unfinished.withLock { $0.insert(folder) }
  defer {
    try? FileManager.default.removeItem(at: folder)
    _ = unfinished.withLock { $0.remove(folder) }
  }
  try body(folder.appending(path: name))
  let written = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  guard written.contains(name) else { throw unwritable("nothing was written") }
  for file in written.filter({ $0 != name }) + [name] {
    let source = folder.appending(path: file)
    let place = target.deletingLastPathComponent().appending(path: file)
    guard settle(source), rename(source.path, place.path) == 0 else {
      throw unwritable(String(cString: strerror(errno)))
    }
  }
}

/// Waits until the disk holds the file: some disks say only then that they are full.
private func settle(_ url: URL) -> Bool {
  let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return fsync(descriptor) == 0
}
