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
    var intensities = [Float](repeating: .nan, count: count)
    var layers = ShareLayers(count: count)
    let size = scan.grid.size
    scan.withUnsafeVoxels { scanVoxels in
      labels.withUnsafeVoxels { labelVoxels in
        plane.forEachPixel(on: scan.grid) { pixel, voxel in
          var intensity: Float = 0
          forEachCorner(of: voxel) { i, j, k, weight in
            let index = i + size.x * (j + size.y * k)
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
      canvas.drawBorder(
        of: share,
        color: .init(0, 0, 0),
        thickness: thickness + 2,
        opacity: 0.45
      )
      canvas.drawBorder(of: share, color: entry.color.onBlack, thickness: thickness)
    }
    canvas.drawLetters(of: plane.cut)
    return canvas
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
