import TestSupport
import Volumes

/// A label map of shapes that contours find hard: 1 a ball with a hole, 2 one voxel, 3 a checkered
/// patch at the border, 4 noise, 5 a shell within a shell.
func difficultLabels(_ grid: VoxelGrid, seed: UInt64 = 1) -> LabelMap {
  var generator = SeededGenerator(seed: seed)
  var labels = LabelMap(repeating: 0, grid: grid)
  let size = grid.size
  func radius(_ i: Int, _ j: Int, _ k: Int, _ center: SIMD3<Double>) -> Double {
    length((SIMD3(Double(i), Double(j), Double(k)) - center) * grid.spacing)
  }
  let center = SIMD3<Double>(size) * SIMD3(0.3, 0.4, 0.5)
  let other = SIMD3<Double>(size) * SIMD3(0.7, 0.6, 0.5)
  for k in 0..<size.z {
    for j in 0..<size.y {
      for i in 0..<size.x {
        let near = radius(i, j, k, center)
        let far = radius(i, j, k, other)
        if near <= 7.3 && near > 3.1 { labels[i, j, k] = 1 }
        if i < 4 && j < 4 && (i + j) % 2 == 0 { labels[i, j, k] = 3 }
        if i > size.x - 7 && j < 6, Bool.random(using: &generator) { labels[i, j, k] = 4 }
        if far < 8 && far > 6 || far < 4 && far > 2 { labels[i, j, k] = 5 }
      }
    }
  }
  labels[2, size.y - 3, size.z / 2] = 2
  return labels
}

/// Whether two lines cross or touch, apart from at common ends.
func linesCross(
  _ a: SIMD2<Double>,
  _ b: SIMD2<Double>,
  _ c: SIMD2<Double>,
  _ d: SIMD2<Double>
) -> Bool {
  func side(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

/// The contours of one slice in pixels.
func pixels(_ contours: [PlanarContour], slice: Int, _ stack: SliceStack) -> [[SIMD2<Double>]] {
  contours.filter { $0.slice == slice }.map { contour in
    contour.points.map { stack.pixel($0, slice: slice) }
  }
}

/// A straight grid.
func contourGrid(
  _ size: SIMD3<Int>,
  spacing: SIMD3<Double>,
  direction: Matrix3 = .identity
) throws -> VoxelGrid {
  try VoxelGrid(size: size, spacing: spacing, origin: [-31.7, 12.3, 104.9], direction: direction)
}
