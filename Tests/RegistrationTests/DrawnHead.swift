import Foundation
import Registration
import TestSupport
import Volumes

/// A small drawn head as CT and as MR, left and right unlike, for registrations of a second or two.
enum DrawnHead {
  /// The tissues at a point of the head, in mm from its middle.
  enum Tissue: Int {
    case air, skin, bone, brain, ventricle, eye, jaw
  }

  static func tissue(at p: SIMD3<Double>) -> Tissue {
    func inside(_ center: SIMD3<Double>, _ radii: SIMD3<Double>) -> Bool {
      let q = (p - center) / radii
      return (q * q).sum() < 1
    }
    if inside([-22, -52, -12], [12, 12, 12]) || inside([24, -50, -10], [12, 12, 12]) {
      return .eye
    }
    if inside([10, 5, 20], [6, 28, 9]) || inside([-14, 8, 17], [5, 20, 7]) { return .ventricle }
    if inside([30, 25, -28], [14, 10, 9]) { return .ventricle }
    if inside([0, 4, 15], [58, 72, 55]) { return .brain }
    if inside([0, 4, 15], [66, 80, 63]) { return .bone }
    if inside([0, -45, -55], [30, 30, 10]), !inside([3, -38, -55], [20, 22, 14]) { return .jaw }
    if inside([0, 30, -75], [14, 12, 60]) { return .bone }
    if inside([0, 0, 10], [74, 90, 72]) || inside([0, 5, -70], [52, 60, 70]) { return .skin }
    return .air
  }

  /// A scan of the head: CT in HU, or MR.
  /// - Parameters:
  ///   - isCT: Which of the two.
  ///   - grid: The scan's grid.
  ///   - place: From a point of the scan to the point of the head that lies there.
  /// - Returns: The scan.
  static func scan(
    isCT: Bool,
    grid: VoxelGrid,
    place: (SIMD3<Double>) -> SIMD3<Double> = { $0 }
  ) -> Volume<Float> {
    let ct: [Tissue: Float] = [
      .air: -1000, .skin: 30, .bone: 900, .brain: 38, .ventricle: 8, .eye: 15, .jaw: 1200,
    ]
    let mr: [Tissue: Float] = [
      .air: 4, .skin: 210, .bone: 20, .brain: 120, .ventricle: 45, .eye: 60, .jaw: 30,
    ]
    let noise = drawn(isCT ? "ct" : "mr", count: grid.count)
    var scan = Volume<Float>(repeating: 0, grid: grid)
    var index = 0
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let point = grid.patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates
          let tissue = tissue(at: place(point))
          scan[i, j, k] = (isCT ? ct : mr)[tissue, default: 0] + noise[index] * (isCT ? 15 : 8)
          index += 1
        }
      }
    }
    return scan
  }

  /// A CT grid of 4 mm and an MR grid of another spacing with a smaller field of view.
  static func ctGrid() throws -> VoxelGrid {
    try VoxelGrid(size: [48, 54, 56], spacing: [4, 4, 4], origin: [-94, -106, -130])
  }

  static func mrGrid() throws -> VoxelGrid {
    try VoxelGrid(size: [56, 60, 36], spacing: [3.2, 3.2, 5], origin: [-88, -94, -95])
  }

  /// The mean distance between where two maps take the points of the head, in mm.
  static func error(_ transform: SpatialTransform, _ truth: (SIMD3<Double>) -> SIMD3<Double>)
    -> Double
  {
    var (sum, count) = (0.0, 0.0)
    for x in stride(from: -60.0, through: 60, by: 15) {
      for y in stride(from: -70.0, through: 70, by: 15) {
        for z in stride(from: -60.0, through: 60, by: 15) where tissue(at: [x, y, z]) != .air {
          sum += length(transform.movingPoint(of: [x, y, z]) - truth([x, y, z]))
          count += 1
        }
      }
    }
    return sum / count
  }
}
