/// The area of surface around one corner of the voxel grid, by which of its eight voxels are inside.
///
/// Marching cubes puts a few triangles with their corners halfway between voxels. A corner's code
/// has a bit for each of its voxels: `128 >> (4 k + 2 j + i)` for the one on the upper (1) or lower
/// (0) side along each axis. The 256 codes are 14 shapes seen from all sides, inside or out, and
/// the shapes' triangles are those of DeepMind's surface-distance 0.1.
/// - SeeAlso: Lorensen, Cline, *Computer Graphics* 21 (1987), 163–169; `THIRD_PARTY.md`.
struct SurfaceElementAreas {
  /// The area in mm² by code; 0 for 0 (all outside) and 255 (all inside).
  let areas: [Double]

  /// The areas for a spacing along i, j and k in mm.
  init(spacing: SIMD3<Double>) {
    // Along an axis a normal grows with the face that the other two span.
    let faces = SIMD3(
      spacing.y * spacing.x,
      spacing.z * spacing.x,
      spacing.z * spacing.y
    )
    var areas = [Double](repeating: 0, count: 256)
    for shape in shapes {
      for axes in permutations {
        let area = shape.normals.reduce(0.0) { sum, normal in
          let turned = SIMD3(normal[axes[0]], normal[axes[1]], normal[axes[2]]) * 0.125 * faces
          return sum + (turned * turned).sum().squareRoot()
        }
        for flips in 0..<8 {
          let code = turned(shape.code, axes: axes, flips: flips)
          areas[code] = area
          areas[255 - code] = area
        }
      }
    }
    self.areas = areas
  }
}

/// A code and the normals of its triangles along k, j and i: the lengths are areas, in eighths of a
/// voxel's face; signs do not matter.
private let shapes: [(code: Int, normals: [SIMD3<Double>])] = [
  (1, [[1, 1, 1]]),
  (3, [[2, 2, 0], [2, 2, 0]]),
  (6, [[1, 1, 1], [1, 1, 1]]),
  (7, [[4, 0, 0], [2, 2, 2], [1, 1, 1]]),
  (15, [[4, 0, 0], [4, 0, 0]]),
  (22, [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
  (23, [[1, 1, 1], [2, 2, 2], [2, 2, 2], [1, 1, 1]]),
  (24, [[1, 1, 1], [1, 1, 1]]),
  (25, [[0, 2, 2], [0, 2, 2], [1, 1, 1]]),
  (27, [[1, 1, 1], [3, 3, 3], [0, 2, 2], [2, 0, 2]]),
  (30, [[4, 0, 0], [1, 1, 1], [2, 2, 2], [1, 1, 1]]),
  (60, [[2, 2, 0], [2, 2, 0], [2, 2, 0], [2, 2, 0]]),
  (105, [[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]),
]

private let permutations = [
  [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
]

/// The code of the same eight voxels after their axes were exchanged and some reversed.
private func turned(_ code: Int, axes: [Int], flips: Int) -> Int {
  var result = 0
  for corner in 0..<8 {
    // Bit 2 of a corner is its side along k, bit 1 along j, bit 0 along i.
    var source = 0
    for axis in 0..<3 {
      let side = ((corner ^ flips) >> (2 - axis)) & 1
      source |= side << (2 - axes[axis])
    }
    if code & (128 >> source) != 0 { result |= 128 >> corner }
  }
  return result
}
