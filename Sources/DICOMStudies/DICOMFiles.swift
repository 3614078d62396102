public import Foundation

/// Files before anything is known of them.
public enum DICOMFiles {
  /// A folder's files and those of the folders in it, by path; hidden ones are passed over.
  /// - Throws: ``DICOMObjectError/unreadable(file:reason:)``.
  public static func all(at url: URL) throws(DICOMObjectError) -> [URL] {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .unreadable(file: url.lastPathComponent, reason: "no such file or folder")
    }
    guard isFolder.boolValue else { return [url] }
    guard
      let walk = manager.enumerator(
        at: url,
        includingPropertiesForKeys: [.isRegularFileKey],
        options: [.skipsHiddenFiles]
      )
    else { throw .unreadable(file: url.lastPathComponent, reason: "the folder cannot be listed") }
    let files = walk.compactMap { $0 as? URL }.filter {
      (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }
    return files.sorted { $0.path < $1.path }
  }

  /// Whether bytes begin as a DICOM file does.
  public static func looksLikeDICOM(_ bytes: Data) -> Bool {
    bytes.count > 132 && bytes.dropFirst(128).prefix(4).elementsEqual("DICM".utf8)
  }

  /// A file's bytes.
  /// - Throws: ``DICOMObjectError`` where it cannot be opened, or is too large.
  public static func contents(of url: URL) throws(DICOMObjectError) -> Data {
    try DICOMObject.contents(of: url)
  }
}
