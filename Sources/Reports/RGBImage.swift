/// A picture: three bytes a pixel, sRGB, row by row from the top left.
public struct RGBImage: Hashable, Sendable {
  /// Pixels along a row.
  public var width: Int
  /// The number of rows.
  public var height: Int
  /// `3 · width · height` bytes: red, green, blue.
  public var pixels: [UInt8]
}

extension Canvas {
  /// The finished picture.
  var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }
}
