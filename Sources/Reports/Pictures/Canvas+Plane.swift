import Anatomy

/// What belongs on a picture of a plane through the patient.
extension Canvas {
  /// Draws where a share passes one half: its distance in pixels is, to first order, its
  /// difference from one half over its slope.
  mutating func drawBorder(
    of share: [Float],
    color: StructureColor,
    thickness: Float,
    opacity: Float = 1
  ) {
    guard width > 2, height > 2 else { return }
    for y in 1..<(height - 1) {
      for x in 1..<(width - 1) {
        let pixel = x + width * y
        let slopeX = (share[pixel + 1] - share[pixel - 1]) / 2
        let slopeY = (share[pixel + width] - share[pixel - width]) / 2
        let slope = (slopeX * slopeX + slopeY * slopeY).squareRoot()
        guard slope > 0.01 else { continue }
        let distance = (share[pixel] - 0.5).magnitude / slope
        let coverage = min(thickness / 2 + 0.5 - distance, 1)
        if coverage > 0 { blend(x: x, y: y, color: color, opacity: coverage * opacity) }
      }
    }
  }

  /// Writes the letters of the patient's directions at the four sides.
  mutating func drawLetters(
    of cut: Cut,
    color: StructureColor = .init(255, 214, 90),
    outline: StructureColor = .init(0, 0, 0)
  ) {
    let letters = cut.letters
    let (middleX, middleY) = ((width - 8) / 2, (height - 16) / 2)
    for (letter, x, y) in [
      (letters.left, 5, middleY), (letters.right, width - 13, middleY),
      (letters.top, middleX, 3), (letters.bottom, middleX, height - 19),
    ] {
      writeOutlined(letter, x: x, y: y, color: color, outline: outline)
    }
  }

  /// Draws a bar of a round length at the bottom left with its length in mm, about a quarter of the
  /// picture wide.
  mutating func drawScaleBar(
    pixelSize: Double,
    color: StructureColor,
    outline: StructureColor
  ) {
    let lengths: [Double] = [1, 2, 5, 10, 20, 50, 100, 200]
    let room = Double(width) * 0.28 * pixelSize
    let length = lengths.last { $0 <= room } ?? 1
    let bar = min(max(Int((length / pixelSize).rounded()), 2), width - 20)
    let (left, top) = (10, height - 14)
    guard top > 20 else { return }
    fill(x: left - 1, y: top - 1, width: bar + 2, height: 6, color: outline)
    fill(x: left, y: top, width: bar, height: 4, color: color)
    writeOutlined(
      "\(Int(length)) mm",
      x: left,
      y: top - 20,
      color: color,
      outline: outline
    )
  }
}
