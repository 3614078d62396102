import Anatomy
import VolumeFiles

/// A picture being drawn: 8-bit sRGB, the origin at the top left.
struct Canvas: Sendable {
  let width: Int
  let height: Int
  private(set) var pixels: [UInt8]

  /// A picture of one color.
  init(width: Int, height: Int, color: StructureColor) {
    self.width = width
    self.height = height
    pixels = Array(repeating: 0, count: width * height * 3)
    fill(x: 0, y: 0, width: width, height: height, color: color)
  }

  /// A gray picture, one byte a pixel.
  init(width: Int, height: Int, gray: [UInt8]) {
    precondition(gray.count == width * height, "a gray picture has one byte a pixel")
    self.width = width
    self.height = height
    pixels = gray.flatMap { repeatElement($0, count: 3) }
  }

  /// Mixes a color over one pixel; places outside the picture are left out.
  @inline(__always)
  mutating func blend(x: Int, y: Int, color: StructureColor, opacity: Float) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    let weight = min(max(opacity, 0), 1)
    let place = (x + width * y) * 3
    pixels[place] = Self.mixed(pixels[place], color.red, weight)
    pixels[place + 1] = Self.mixed(pixels[place + 1], color.green, weight)
    pixels[place + 2] = Self.mixed(pixels[place + 2], color.blue, weight)
  }

  @inline(__always)
  private static func mixed(_ below: UInt8, _ above: UInt8, _ weight: Float) -> UInt8 {
    UInt8((Float(below) + (Float(above) - Float(below)) * weight).rounded())
  }

  /// Fills a rectangle that lies inside the picture.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, color: StructureColor) {
    for row in y..<(y + height) {
      for column in x..<(x + width) {
        let place = (column + self.width * row) * 3
        pixels[place] = color.red
        pixels[place + 1] = color.green
        pixels[place + 2] = color.blue
      }
    }
  }

  /// Writes a line of text with its cell's top left corner at a place.
  mutating func write(_ text: String, x: Int, y: Int, color: StructureColor) {
    for (index, character) in text.enumerated() {
      let coverage = BitmapFont.coverage(of: character)
      for row in 0..<BitmapFont.height {
        for column in 0..<BitmapFont.width {
          let value = coverage[column + BitmapFont.width * row]
          guard value > 0 else { continue }
          blend(
            x: x + index * BitmapFont.width + column,
            y: y + row,
            color: color,
            opacity: Float(value) / 15
          )
        }
      }
    }
  }

  /// Writes text with a shadow of the other lightness, readable over any picture.
  mutating func writeOutlined(
    _ text: String,
    x: Int,
    y: Int,
    color: StructureColor,
    outline: StructureColor = .init(0, 0, 0)
  ) {
    for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (1, 1)] {
      write(text, x: x + dx, y: y + dy, color: outline)
    }
    write(text, x: x, y: y, color: color)
  }

  /// Copies another picture to a place where all of it fits.
  mutating func draw(_ other: Canvas, x: Int, y: Int) {
    for row in 0..<other.height {
      let from = other.width * row * 3
      let to = (x + width * (y + row)) * 3
      pixels.replaceSubrange(
        to..<(to + other.width * 3),
        with: other.pixels[from..<(from + other.width * 3)]
      )
    }
  }
}

extension Canvas {
  /// The finished picture.
  var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }
}
