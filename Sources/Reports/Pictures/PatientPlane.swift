import Volumes

/// The three ways a body is cut in pictures.
public enum Cut: String, CaseIterable, Sendable, Codable {
  /// Across, from below: x to the right, y down.
  case axial
  /// From the front: x to the right, z up.
  case coronal
  /// From the left side: y to the right, z up.
  case sagittal

  /// Patient axes (0 x, 1 y, 2 z) to the picture's right and down, and the one cut across.
  var axes: (right: Int, down: Int, through: Int) {
    switch self {
    case .axial: (0, 1, 2)
    case .coronal: (0, 2, 1)
    case .sagittal: (1, 2, 0)
    }
  }

  /// Whether the picture's way down is along the patient axis (y in axial) or against it (z).
  var downIsPositive: Bool { self == .axial }

  /// The letters at the picture's left, right, top and bottom: radiological convention, the
  /// patient's left on the picture's right.
  var letters: (left: String, right: String, top: String, bottom: String) {
    switch self {
    case .axial: ("R", "L", "A", "P")
    case .coronal: ("R", "L", "S", "I")
    case .sagittal: ("A", "P", "S", "I")
    }
  }
}

/// A picture's plane in the patient: square pixels along the patient's axes, whatever way the
/// scan's voxels lie.
struct PatientPlane: Sendable {
  let cut: Cut
  /// The patient coordinates of the picture's middle, in mm.
  let center: SIMD3<Double>
  /// The side of a pixel, in mm.
  let pixelSize: Double
  let width: Int
  let height: Int

  /// The patient coordinates of a pixel's center, in mm.
  func position(x: Int, y: Int) -> Point<PatientSpace> {
    let axes = cut.axes
    var position = center
    position[axes.right] += (Double(x) + 0.5 - Double(width) / 2) * pixelSize
    let down = (Double(y) + 0.5 - Double(height) / 2) * pixelSize
    position[axes.down] += cut.downIsPositive ? down : -down
    return Point(position)
  }
}
