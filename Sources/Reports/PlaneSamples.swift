import Anatomy
import Volumes

/// A scan and its label map read on one picture's plane.
struct PlaneSamples: Sendable {
  let plane: PatientPlane
  /// The scan, interpolated linearly; not a number outside.
  let intensities: [Float]
  /// For each label in sight, how much of each pixel's surroundings it has, 0 to 1: its voxels'
  /// linear interpolation, so that its border is where this passes one half.
  let shares: [UInt16: [Float]]

  init(_ plane: PatientPlane, scan: Volume<Float>, labels: LabelMap) {
    self.plane = plane
    let count = plane.width * plane.height
    let map = scan.grid.voxelFromPatient
    let origin = map(plane.position(x: 0, y: 0)).coordinates
    let right = map(plane.position(x: 1, y: 0)).coordinates - origin
    let down = map(plane.position(x: 0, y: 1)).coordinates - origin
    let limit = SIMD3<Double>(scan.grid.size &- 1)
    var intensities = [Float](repeating: .nan, count: count)
    var layers = ShareLayers(count: count)
    scan.withUnsafeVoxels { scanVoxels in
      labels.withUnsafeVoxels { labelVoxels in
        for pixel in 0..<count {
          let (x, y) = (pixel % plane.width, pixel / plane.width)
          let voxel = origin + right * Double(x) + down * Double(y)
          // Half a voxel around the outermost centers still belongs to the scan.
          if any(voxel .< -0.5) || any(voxel .> limit + 0.5) { continue }
          let inside = voxel.clamped(lowerBound: .zero, upperBound: limit)
          var intensity: Float = 0
          Self.forEachCorner(of: inside, in: scan.grid.size) { index, weight in
            intensity += weight * scanVoxels[index]
            if labelVoxels[index] != 0 { layers.add(weight, to: labelVoxels[index], at: pixel) }
          }
          intensities[pixel] = intensity
        }
      }
    }
    self.intensities = intensities
    shares = layers.byLabel
  }

  /// Calls `body` with the place in memory and the weight of each voxel that linear interpolation
  /// at a fractional index uses.
  @inline(__always)
  private static func forEachCorner(
    of voxel: SIMD3<Double>,
    in size: SIMD3<Int>,
    _ body: (Int, Float) -> Void
  ) {
    let low = SIMD3<Int>(Int(voxel.x), Int(voxel.y), Int(voxel.z))
    let fraction = voxel - SIMD3<Double>(low)
    let rest = 1 - fraction
    for corner in 0..<8 {
      let (i, j, k) = (corner & 1, (corner >> 1) & 1, corner >> 2)
      let weight = Float(
        (i == 1 ? fraction.x : rest.x) * (j == 1 ? fraction.y : rest.y)
          * (k == 1 ? fraction.z : rest.z)
      )
      guard weight > 0 else { continue }
      body(low.x + i + size.x * (low.y + j + size.y * (low.z + k)), weight)
    }
  }

  /// Whether a label's inside is in sight.
  func shows(_ label: UInt16) -> Bool { shares[label]?.contains { $0 >= 0.5 } ?? false }

  /// The windowed scan in gray, with each structure's border in its color and the letters of the
  /// patient's directions; the border of the emphasized label, if any, is thicker.
  func picture(
    window: IntensityWindow,
    scheme: LabelScheme,
    emphasized: UInt16? = nil
  ) -> Canvas {
    var canvas = Canvas(
      width: plane.width,
      height: plane.height,
      gray: intensities.map(window.gray)
    )
    // The emphasized structure last, so that it lies on top.
    let order = scheme.entries.filter { $0.label != emphasized }
    for entry in order + scheme.entries.filter({ $0.label == emphasized }) {
      guard let share = shares[entry.label] else { continue }
      let thickness: Float = entry.label == emphasized || emphasized == nil ? 2 : 1.2
      // A dark rim keeps light colors readable over bone.
      drawBorder(
        of: share,
        color: .init(0, 0, 0),
        thickness: thickness + 2,
        opacity: 0.45,
        on: &canvas
      )
      drawBorder(
        of: share,
        color: entry.color.onBlack,
        thickness: thickness,
        opacity: 1,
        on: &canvas
      )
    }
    drawLetters(on: &canvas)
    return canvas
  }

  /// Draws where a share passes one half: its distance in pixels is, to first order, its
  /// difference from one half over its slope.
  private func drawBorder(
    of share: [Float],
    color: StructureColor,
    thickness: Float,
    opacity: Float,
    on canvas: inout Canvas
  ) {
    let (width, height) = (plane.width, plane.height)
    for y in 1..<(height - 1) {
      for x in 1..<(width - 1) {
        let pixel = x + width * y
        let slopeX = (share[pixel + 1] - share[pixel - 1]) / 2
        let slopeY = (share[pixel + width] - share[pixel - width]) / 2
        let slope = (slopeX * slopeX + slopeY * slopeY).squareRoot()
        guard slope > 0.01 else { continue }
        let distance = (share[pixel] - 0.5).magnitude / slope
        let coverage = min(thickness / 2 + 0.5 - distance, 1)
        if coverage > 0 { canvas.blend(x: x, y: y, color: color, opacity: coverage * opacity) }
      }
    }
  }

  private func drawLetters(on canvas: inout Canvas) {
    let letters = plane.cut.letters
    let (middleX, middleY) = ((plane.width - 8) / 2, (plane.height - 16) / 2)
    let color = StructureColor(255, 214, 90)
    canvas.writeOutlined(letters.left, x: 5, y: middleY, color: color)
    canvas.writeOutlined(letters.right, x: plane.width - 13, y: middleY, color: color)
    canvas.writeOutlined(letters.top, x: middleX, y: 3, color: color)
    canvas.writeOutlined(letters.bottom, x: middleX, y: plane.height - 19, color: color)
  }
}

/// One layer of weights for each label met so far; the last one used is at hand, for neighbors
/// mostly share their label.
private struct ShareLayers {
  private let count: Int
  private var labels: [UInt16] = []
  private var layers: [[Float]] = []
  private var current = -1

  init(count: Int) { self.count = count }

  @inline(__always)
  mutating func add(_ weight: Float, to label: UInt16, at pixel: Int) {
    if current < 0 || labels[current] != label { select(label) }
    layers[current][pixel] += weight
  }

  private mutating func select(_ label: UInt16) {
    if let known = labels.firstIndex(of: label) {
      current = known
      return
    }
    labels.append(label)
    layers.append(Array(repeating: 0, count: count))
    current = labels.count - 1
  }

  var byLabel: [UInt16: [Float]] { Dictionary(uniqueKeysWithValues: zip(labels, layers)) }
}

extension StructureColor {
  /// The color, lightened where it would not stand out from black.
  var onBlack: StructureColor {
    let luminance = 0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)
    guard luminance < 90 else { return self }
    func lighter(_ channel: UInt8) -> UInt8 {
      UInt8(Double(channel) + (255 - Double(channel)) * 0.45)
    }
    return StructureColor(lighter(red), lighter(green), lighter(blue))
  }
}
