public import VolumeFiles
public import Volumes
import Anatomy

/// A picture of two contours of one structure where they differ most, for a person to see why.
///
/// An axial, a coronal and a sagittal plane through the place with the most differing volume within
/// a centimeter, along the patient's axes whatever way the voxels lie, with square pixels and the
/// patient's left on the picture's right. Both contours lie over the scan; without one, over plain
/// ground with the areas that only one of them has filled.
public struct DisagreementPicture: Sendable {
  private let reference: CroppedMask
  private let prediction: CroppedMask
  private let scan: Volume<Float>?
  private let window: IntensityWindow
  private let names: (reference: String, prediction: String)

  private static let side = 400
  private static let margin = 8

  /// A picture of two contours.
  /// - Parameters:
  ///   - reference: The reference's contour.
  ///   - prediction: The prediction's contour, on the reference's grid.
  ///   - scan: The scan below, on any grid of the same patient; HU for CT.
  ///   - window: The intensities to show; `nil` chooses by ``IntensityWindow/init(suiting:isCT:)``.
  ///   - referenceName: What the legend calls the reference.
  ///   - predictionName: What the legend calls the prediction.
  /// - Throws: `GridMismatch` where the two contours do not lie on one grid.
  public init(
    reference: CroppedMask,
    prediction: CroppedMask,
    scan: Volume<Float>? = nil,
    window: IntensityWindow? = nil,
    referenceName: String = "reference",
    predictionName: String = "prediction"
  ) throws(GridMismatch) {
    guard reference.grid.matches(prediction.grid) else {
      throw GridMismatch(expected: reference.grid, found: prediction.grid)
    }
    self.reference = reference
    self.prediction = prediction
    self.scan = scan
    self.window = window ?? scan.map { IntensityWindow(suiting: $0) } ?? .softTissue
    names = (referenceName, predictionName)
  }

  /// The picture, 1216 pixels wide; `nil` where both contours are empty.
  public func image() -> RGBImage? {
    guard let disagreement = Disagreement(reference, prediction) else { return nil }
    let look = scan == nil ? Look.plain : Look.overScan
    let (side, margin) = (Self.side, Self.margin)
    var canvas = Canvas(
      width: 3 * (side + margin) - margin,
      height: side + 50,
      color: look.frame
    )
    for (column, cut) in Cut.allCases.enumerated() {
      let plane = plane(cut, disagreement)
      let x = column * (side + margin)
      canvas.draw(panel(plane, look), x: x, y: 0)
      let axis = ["x", "y", "z"][cut.axes.through]
      let place = fixed(plane.center[cut.axes.through], digits: 0)
      canvas.write("\(cut.rawValue)  \(axis) \(place) mm", x: x + 6, y: side + 5, color: look.faint)
    }
    drawLegend(look, y: side + 28, on: &canvas)
    return canvas.image
  }

  /// The plane of a cut: as much as both contours need, but near enough to see the difference.
  private func plane(_ cut: Cut, _ disagreement: Disagreement) -> PatientPlane {
    let axes = cut.axes
    let extent = disagreement.high - disagreement.low
    let field = min(max(max(extent[axes.right], extent[axes.down]) * 1.25 + 4, 18), 160)
    var center = disagreement.place
    for axis in [axes.right, axes.down] {
      // The middle of both contours, as far as the place itself stays well in sight.
      let middle = (disagreement.low[axis] + disagreement.high[axis]) / 2
      let reach = field * 0.35
      center[axis] = min(max(middle, center[axis] - reach), center[axis] + reach)
    }
    return PatientPlane(
      cut: cut,
      center: center,
      pixelSize: field / Double(Self.side),
      width: Self.side,
      height: Self.side
    )
  }

  private func panel(_ plane: PatientPlane, _ look: Look) -> Canvas {
    let expected = plane.shares(of: reference)
    let predicted = plane.shares(of: prediction)
    var canvas: Canvas
    if let scan {
      canvas = Canvas(
        width: plane.width,
        height: plane.height,
        gray: plane.intensities(of: scan).map(window.gray)
      )
    } else {
      canvas = Canvas(width: plane.width, height: plane.height, color: look.ground)
      for pixel in expected.indices {
        guard let color = look.area(expected[pixel] >= 0.5, predicted[pixel] >= 0.5) else {
          continue
        }
        canvas.blend(x: pixel % plane.width, y: pixel / plane.width, color: color, opacity: 1)
      }
    }
    if scan != nil {
      for share in [expected, predicted] {
        canvas.drawBorder(of: share, color: look.outline, thickness: 5.6, opacity: 0.5)
      }
    }
    // The reference's line is the wider one, so that both show where the contours are the same.
    canvas.drawBorder(of: expected, color: look.reference, thickness: 4)
    canvas.drawBorder(of: predicted, color: look.prediction, thickness: 1.8)
    canvas.drawLetters(of: plane.cut, color: look.letters, outline: look.outline)
    canvas.drawScaleBar(pixelSize: plane.pixelSize, color: look.letters, outline: look.outline)
    return canvas
  }

  private func drawLegend(_ look: Look, y: Int, on canvas: inout Canvas) {
    // A name, its color, and how much lower than a full box its sign is.
    var entries: [(String, StructureColor, rise: Int)] = [
      (names.reference, look.reference, 4), (names.prediction, look.prediction, 5),
    ]
    if scan == nil {
      entries += [
        ("both", look.both, 0), ("only " + names.reference, look.onlyReference, 0),
        ("only " + names.prediction, look.onlyPrediction, 0),
      ]
    }
    var x = 6
    for (name, color, rise) in entries {
      let text = String(name.prefix(24))
      guard x + 30 + text.count * BitmapFont.width < canvas.width else { break }
      canvas.fill(x: x, y: y + 2 + rise, width: 18, height: 13 - 2 * rise, color: color)
      canvas.write(text, x: x + 24, y: y, color: look.ink)
      x += 24 + text.count * BitmapFont.width + 22
    }
  }
}

/// The colors of a picture: Okabe and Ito's, which people with any color vision tell apart.
private struct Look: Sendable {
  let frame: StructureColor
  let ground: StructureColor
  let ink: StructureColor
  let faint: StructureColor
  let letters: StructureColor
  let outline: StructureColor
  let reference: StructureColor
  let prediction: StructureColor
  let both = StructureColor(205, 209, 214)
  let onlyReference = StructureColor(158, 202, 225)
  let onlyPrediction = StructureColor(250, 190, 140)

  /// Over a scan: light lines on black.
  static let overScan = Look(
    frame: .init(18, 20, 24),
    ground: .init(0, 0, 0),
    ink: .init(235, 238, 242),
    faint: .init(150, 158, 170),
    letters: .init(255, 255, 255),
    outline: .init(0, 0, 0),
    reference: .init(86, 180, 233),
    prediction: .init(240, 150, 30)
  )
  /// Without a scan: dark lines on paper.
  static let plain = Look(
    frame: .init(255, 255, 255),
    ground: .init(246, 247, 248),
    ink: .init(28, 30, 33),
    faint: .init(96, 102, 110),
    letters: .init(70, 76, 84),
    outline: .init(246, 247, 248),
    reference: .init(0, 114, 178),
    prediction: .init(213, 94, 0)
  )

  /// The fill of a place that either contour holds; `nil` outside of both.
  func area(_ isReference: Bool, _ isPrediction: Bool) -> StructureColor? {
    switch (isReference, isPrediction) {
    case (true, true): both
    case (true, false): onlyReference
    case (false, true): onlyPrediction
    case (false, false): nil
    }
  }
}
