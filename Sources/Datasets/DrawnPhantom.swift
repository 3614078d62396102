import Dispatch
public import Anatomy
import Randomness
public import Volumes

/// A head-and-neck patient drawn from ellipsoids and tubes, with CT-like intensities.
///
/// Head, neck and shoulders on a couch; skull, spine, airway, vessels and nine structures with
/// TG-263 names. Sizes, shapes, positions and the pose vary with the seed. The anatomy is a function
/// of patient coordinates alone, noise included, so that one patient can be drawn on any grid. No
/// person's data is in it.
public struct DrawnPhantom: Sendable {
  /// What decides the patient: same seed, same voxels.
  public let seed: UInt64
  private let anatomy: PhantomAnatomy

  /// The patient of a seed.
  public init(seed: UInt64) {
    self.seed = seed
    anatomy = PhantomAnatomy(seed: seed)
  }

  /// The structures of the label map.
  public static let scheme = LabelScheme(
    entries: PhantomStructure.allCases.map { .init(label: $0.rawValue, name: $0.tg263) }
  )

  /// A supine axial scan that shows the whole phantom: 160×160×96 voxels of 2.5×2.5×3 mm.
  public static func standardGrid() throws(GridError) -> VoxelGrid {
    try VoxelGrid(size: [160, 160, 96], spacing: [2.5, 2.5, 3], origin: [-198.75, -198.75, -88])
  }

  /// The scan and its label map on a grid.
  ///
  /// Intensities are whole HU from −1024 to 3071; the label map holds the numbers of ``scheme``,
  /// each voxel that of the structure at its center. Outside the phantom is air.
  /// - Complexity: O(voxels); about a second for the standard grid on one core.
  public func drawn(on grid: VoxelGrid) -> (scan: Volume<Float>, labels: LabelMap) {
    var scan = Volume<Float>(repeating: 0, grid: grid)
    var labels = LabelMap(repeating: 0, grid: grid)
    scan.withUnsafeMutableVoxels { scanVoxels in
      labels.withUnsafeMutableVoxels { labelVoxels in
        // Rows write to places of their own, so the pointers may cross to other threads.
        nonisolated(unsafe) let scanRows = scanVoxels
        nonisolated(unsafe) let labelRows = labelVoxels
        DispatchQueue.concurrentPerform(iterations: grid.size.z) { k in
          for j in 0..<grid.size.y {
            let first = grid.size.x * (j + grid.size.y * k)
            draw(row: j, k, of: grid) { i, intensity, label in
              scanRows[first + i] = intensity
              labelRows[first + i] = label
            }
          }
        }
      }
    }
    return (scan, labels)
  }

  private func draw(
    row j: Int,
    _ k: Int,
    of grid: VoxelGrid,
    put: (Int, Float, UInt16) -> Void
  ) {
    let start = grid.patientFromVoxel(Point(0, Double(j), Double(k))).coordinates
    let step = grid.direction.x * grid.spacing.x
    let end = start + step * Double(grid.size.x - 1)
    let shapes = anatomy.shapesMeeting(from: start, to: end)
    for i in 0..<grid.size.x {
      let position = start + step * Double(i)
      let (intensity, label) = anatomy.tissue(at: position, among: shapes)
      let noisy = intensity + noise(at: position)
      put(i, Float(min(max(noisy, -1024), 3071).rounded()), label)
    }
  }

  /// Roughly normal noise with a deviation of 12 HU, a function of the place in steps of 1/8 mm.
  @inline(__always)
  private func noise(at position: SIMD3<Double>) -> Double {
    // The offset keeps places on the steps themselves from rounding both ways.
    let cell = ((position + 0.031) * 8).rounded(.down)
    var hash = SeededGenerator.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    for axis in 0..<3 {
      let index = Int64(min(max(cell[axis], -1e15), 1e15))
      hash = SeededGenerator.mixed(hash ^ UInt64(bitPattern: index) &* 0x9E37_79B9_7F4A_7C15)
    }
    // The sum of four uniform numbers, standardized: variance 4/12.
    let sum = (0..<4).reduce(0.0) { $0 + Double((hash >> (16 * UInt64($1))) & 0xFFFF) / 65535 }
    return (sum - 2) * 1.732 * 12
  }
}
