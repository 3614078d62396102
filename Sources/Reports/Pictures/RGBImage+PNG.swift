public import Foundation
public import VolumeFiles

extension RGBImage {
  /// The picture as a PNG file's bytes, to stand inside a page.
  /// - Throws: `VolumeFileError` where the folder for temporary files cannot be written.
  public func png() throws(VolumeFileError) -> Data {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "delineate-\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: file) }
    try writePNG(self, to: file)
    do {
      return try Data(contentsOf: file)
    } catch {
      throw .unreadable(file: file.lastPathComponent, reason: "it cannot be read back")
    }
  }
}
