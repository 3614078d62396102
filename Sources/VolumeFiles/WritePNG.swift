internal import CITK
public import Foundation

/// A picture of red, green and blue bytes, row by row from the top left.
public struct RGBImage: Hashable, Sendable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// `3 · width · height` bytes: red, green and blue of each pixel, left to right, top to bottom.
  public var pixels: [UInt8]

  /// A picture of these pixels.
  /// - Precondition: `width` and `height` are at least 1; `pixels.count == 3 * width * height`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    precondition(pixels.count == 3 * width * height, "a picture has three bytes a pixel")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

/// Writes a picture as PNG, 8 bits a channel; the file appears under its name only when complete.
/// - Throws: ``VolumeFileError``.
public func writePNG(_ image: RGBImage, to url: URL) throws(VolumeFileError) {
  let name = url.lastPathComponent
  try writeCompletely(url) { place throws(VolumeFileError) in
    var message = citk_message()
    let status = image.pixels.withUnsafeBufferPointer { pixels in
      citk_write_png(
        place.path,
        Int64(image.width),
        Int64(image.height),
        pixels.baseAddress,
        &message
      )
    }
    guard status == CITK_OK else { throw .unwritable(file: name, reason: message.sentence) }
    // The last chunk of a complete PNG file is IEND: a full disk cuts it off.
    let size = try FilePrefix(of: place, limit: 0).size
    let tail = try FilePrefix(of: place, limit: size).stored.suffix(8).prefix(4)
    guard tail.elementsEqual("IEND".utf8) else {
      throw .unwritable(file: name, reason: "what was read back is not what was written")
    }
  }
}
