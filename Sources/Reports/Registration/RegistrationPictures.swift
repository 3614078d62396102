import Anatomy
public import Registration
public import VolumeFiles
public import Volumes

/// Pictures of two registered scans, for a person to judge whether they lie on each other.
///
/// Three planes through the patient, three ways each: the fixed scan with lines of equal intensity of
/// the moving scan, both scans as the squares of a checkerboard, and the same before registration.
public struct RegistrationPictures: Sendable {
  private let fixed: Volume<Float>
  private let moving: Volume<Float>
  private let fixedWindow: IntensityWindow
  private let movingWindow: IntensityWindow

  private static let side = 400
  private static let margin = 8
  /// The side of a square of the checkerboard, in mm.
  private static let square = 20.0
  private static let background = StructureColor(18, 20, 24)
  private static let ink = StructureColor(235, 238, 242)
  private static let faint = StructureColor(150, 158, 170)
  /// The lines' intensities as parts of the window, and their colors: skin and mid-bright tissue.
  private static let lines: [(part: Float, color: StructureColor)] = [
    (0.12, StructureColor(255, 170, 60)), (0.55, StructureColor(90, 210, 255)),
  ]

  /// Pictures of two scans.
  public init(fixed: Volume<Float>, moving: Volume<Float>) {
    self.fixed = fixed
    self.moving = moving
    fixedWindow = IntensityWindow(suiting: fixed)
    movingWindow = IntensityWindow(suiting: moving)
  }

  /// One sheet with all nine planes.
  /// - Parameters:
  ///   - transform: From points of the fixed scan to points of the moving scan.
  ///   - title: What is written above.
  /// - Returns: A picture 1224 pixels wide.
  public func sheet(_ transform: SpatialTransform, title: String) -> RGBImage {
    let place = middle(transform)
    let rows: [(caption: String, picture: (PatientPlane) -> Canvas)] = [
      ("lines of the moving scan over the fixed one", { lines($0, transform) }),
      ("checkerboard of 2 cm, registered", { checkerboard($0, transform) }),
      ("checkerboard before, as the headers have it", { checkerboard($0, .identity) }),
    ]
    let (side, margin, top) = (Self.side, Self.margin, 36)
    let rowHeight = side + 26
    var canvas = Canvas(
      width: 3 * (side + margin),
      height: top + rows.count * rowHeight + margin,
      color: Self.background
    )
    canvas.write(title, x: margin, y: 10, color: Self.ink)
    for (row, kind) in rows.enumerated() {
      for (column, cut) in Cut.allCases.enumerated() {
        let plane = PatientPlane(
          cut: cut,
          center: place.center,
          pixelSize: place.side / Double(side),
          width: side,
          height: side
        )
        let (x, y) = (margin / 2 + column * (side + margin), top + row * rowHeight)
        canvas.draw(kind.picture(plane), x: x, y: y)
        canvas.write(
          column == 0 ? kind.caption : cut.rawValue,
          x: x + 4,
          y: y + side + 4,
          color: Self.faint
        )
      }
    }
    return canvas.image
  }

  /// The middle of what both scans show, and how wide the pictures are, in mm.
  private func middle(_ transform: SpatialTransform) -> (center: SIMD3<Double>, side: Double) {
    let size = fixed.grid.size
    let toMoving = moving.grid.voxelFromPatient
    let last = SIMD3<Double>(moving.grid.size &- 1)
    var low = SIMD3<Double>(repeating: .infinity)
    var high = -low
    for k in stride(from: 0, to: size.z, by: max(1, size.z / 24)) {
      for j in stride(from: 0, to: size.y, by: max(1, size.y / 24)) {
        for i in stride(from: 0, to: size.x, by: max(1, size.x / 24)) {
          let point = fixed.grid.patientFromVoxel(Point(Double(i), Double(j), Double(k)))
            .coordinates
          let index = toMoving(Point(transform.movingPoint(of: point))).coordinates
          guard index.min() >= 0, (last - index).min() >= 0 else { continue }
          low = pointwiseMin(low, point)
          high = pointwiseMax(high, point)
        }
      }
    }
    guard low.x <= high.x else {
      let center = fixed.grid.patientFromVoxel(Point(SIMD3<Double>(size &- 1) / 2)).coordinates
      return (center, (SIMD3<Double>(size) * fixed.grid.spacing).max())
    }
    return ((low + high) / 2, min(max((high - low).max() * 1.05, 100), 500))
  }

  private func lines(_ plane: PatientPlane, _ transform: SpatialTransform) -> Canvas {
    var canvas = Canvas(
      width: plane.width,
      height: plane.height,
      gray: plane.intensities(of: fixed).map(fixedWindow.gray)
    )
    let intensities = plane.intensities(of: moving, through: transform)
    for line in Self.lines {
      // Where the window's part passes one half of a narrow ramp around the line's intensity.
      let share = intensities.map { value -> Float in
        guard value.isFinite else { return 0 }
        let part = (value - movingWindow.level) / movingWindow.width + 0.5
        return min(max((part - line.part) * 4 + 0.5, 0), 1)
      }
      canvas.drawBorder(of: share, color: line.color, thickness: 1.4)
    }
    canvas.drawLetters(of: plane.cut)
    return canvas
  }

  private func checkerboard(_ plane: PatientPlane, _ transform: SpatialTransform) -> Canvas {
    let first = plane.intensities(of: fixed)
    let second = plane.intensities(of: moving, through: transform)
    let square = max(1, Int((Self.square / plane.pixelSize).rounded()))
    var gray = [UInt8](repeating: 0, count: first.count)
    for y in 0..<plane.height {
      for x in 0..<plane.width {
        let pixel = x + plane.width * y
        let isMoving = (x / square + y / square).isMultiple(of: 2) && second[pixel].isFinite
        gray[pixel] =
          isMoving ? movingWindow.gray(second[pixel]) : fixedWindow.gray(first[pixel])
      }
    }
    var canvas = Canvas(width: plane.width, height: plane.height, gray: gray)
    canvas.drawLetters(of: plane.cut)
    return canvas
  }
}

extension PatientPlane {
  /// The moving scan where a map takes the plane's pixels, interpolated linearly; not a number where
  /// it is not shown.
  fileprivate func intensities(
    of moving: Volume<Float>,
    through transform: SpatialTransform
  ) -> [Float] {
    var intensities = [Float](repeating: .nan, count: width * height)
    let toVoxel = moving.grid.voxelFromPatient
    let size = moving.grid.size
    let limit = SIMD3<Double>(size &- 1)
    moving.withUnsafeVoxels { voxels in
      for y in 0..<height {
        for x in 0..<width {
          let point = transform.movingPoint(of: position(x: x, y: y).coordinates)
          let voxel = toVoxel(Point(point)).coordinates
          if any(voxel .< -0.5) || any(voxel .> limit + 0.5) { continue }
          var value: Float = 0
          forEachCorner(of: voxel.clamped(lowerBound: .zero, upperBound: limit)) {
            i,
            j,
            k,
            weight in
            value += weight * voxels[i + size.x * (j + size.y * k)]
          }
          intensities[x + width * y] = value
        }
      }
    }
    return intensities
  }
}
