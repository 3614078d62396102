import Anatomy
import Dispatch
public import Foundation
import Synchronization
public import VolumeFiles

/// A picture that was written, and what it shows.
public struct WrittenPicture: Hashable, Sendable {
  /// What the picture shows: a structure's name, or "All structures".
  public let title: String
  /// The PNG file.
  public let file: URL

  /// A picture that is there.
  public init(title: String, file: URL) {
    self.title = title
    self.file = file
  }
}

extension OverlayPictures {
  /// Writes `overview.png` and one PNG for each structure, named after it.
  /// - Parameter folder: Where; it is made where it is missing. Older pictures of the same names
  ///   are replaced, others stay.
  /// - Returns: The overview, then the structures in the scheme's order.
  /// - Throws: `VolumeFileError`.
  public func write(to folder: URL) throws(VolumeFileError) -> [WrittenPicture] {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(file: folder.lastPathComponent, reason: "the folder cannot be made")
    }
    let pages =
      [WrittenPicture(title: "All structures", file: folder.appending(path: "overview.png"))]
      + zip(structures, fileNames).map {
        WrittenPicture(title: $0.name, file: folder.appending(path: $1 + ".png"))
      }
    let failure = Mutex<VolumeFileError?>(nil)
    DispatchQueue.concurrentPerform(iterations: pages.count) { index in
      do throws(VolumeFileError) {
        let image = index == 0 ? overview() : picture(of: structures[index - 1].label)
        if let image { try writePNG(image, to: pages[index].file) }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return pages
  }

  /// A file name for each structure: its name with what a file system may not like replaced, and
  /// its number where two would be the same.
  private var fileNames: [String] {
    var used: Set<String> = ["overview"]
    return structures.map { entry in
      let name = fileName(for: entry.name)
      let unique = used.insert(name.lowercased()).inserted ? name : "\(name)_\(entry.label)"
      used.insert(unique.lowercased())
      return unique
    }
  }
}

/// A structure's name as a file name: letters, digits, dots, hyphens and underscores; the rest
/// becomes underscores.
public func fileName(for structure: String) -> String {
  let allowed = structure.prefix(100).map { character in
    character.isLetter || character.isNumber || "-_.".contains(character) ? character : "_"
  }
  let name = String(allowed)
  return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
}
