/// The distance from every voxel of a box to the nearest marked one, between voxel centers, in mm.
///
/// Exact and linear in the number of voxels: whole steps along j first, then lower envelopes of
/// parabolas along k and i. Equal to SciPy's `distance_transform_edt(marks == 0, sampling:)`.
/// - Parameters:
///   - marks: One value a voxel, `i` fastest; anything but 0 is a mark.
///   - size: The number of voxels along i, j and k.
///   - spacing: The distance between voxel centers along i, j and k, in mm; never reordered.
/// - Returns: A distance a voxel in the same order, 0 at the marks; `nil` where nothing is marked.
/// - Precondition: `marks` holds one value for each voxel of the box.
/// - Complexity: O(voxels).
/// - SeeAlso: Felzenszwalb, Huttenlocher, *Theory of Computing* 8 (2012), 415–428.
public func distanceTransform(
  of marks: [UInt8],
  size: SIMD3<Int>,
  spacing: SIMD3<Double>
) -> [Double]? {
  precondition(marks.count == size.x * size.y * size.z, "one value for each voxel of the box")
  let marked = marks.indices.filter { marks[$0] != 0 }
  guard !marked.isEmpty else { return nil }
  let columns = ColumnDistances(to: marked, size: size, spacing: spacing)
  var planes = PlaneTransform(columns)
  return [Double](unsafeUninitializedCapacity: marks.count) { result, count in
    for j in 0..<size.y {
      planes.move(to: j)
      for k in 0..<size.z {
        let row = (k * size.y + j) * size.x
        planes.row(k) { squares in
          for i in 0..<size.x { result.initializeElement(at: row + i, to: squares[i].squareRoot()) }
        }
      }
    }
    count = marks.count
  }
}

/// The distances from some voxels of a box to the nearest of others, between voxel centers, in mm.
///
/// The same numbers as ``distanceTransform(of:size:spacing:)``, computed only where they are asked
/// for: a walk over the columns around each voxel, nearest first, and the transform for those
/// voxels whose walk grows long. Surfaces lie close together, so most walks end after a few steps.
/// - Parameters:
///   - points: Where the distances are wanted: places in the box's memory order, `i` fastest.
///   - marks: The voxels to which they are measured, in the same way.
///   - size: The number of voxels along i, j and k.
///   - spacing: The distance between voxel centers along i, j and k, in mm; never reordered.
/// - Returns: A distance for each of `points`, in their order; `nil` where nothing is marked.
/// - Complexity: O(voxels + points).
package func distances(
  from points: [Int],
  to marks: [Int],
  size: SIMD3<Int>,
  spacing: SIMD3<Double>
) -> [Double]? {
  guard !marks.isEmpty else { return nil }
  let columns = ColumnDistances(to: marks, size: size, spacing: spacing)
  let walk = ColumnWalk(size: size, spacing: spacing)
  var (squares, open) = walk.squaredDistances(from: points, to: columns)
  if !open.isEmpty {
    // Plane by plane: each is transformed once, whatever number of its voxels is left.
    open.sort { columns.place(of: points[$0]) < columns.place(of: points[$1]) }
    var planes = PlaneTransform(columns)
    var current: (j: Int, k: Int) = (-1, -1)
    for index in open {
      let (i, j, k) = columns.voxel(at: points[index])
      if j != current.j { planes.move(to: j) }
      if (j, k) != current { planes.transformRow(k) }
      current = (j, k)
      squares[index] = planes.squaredDistance(at: i)
    }
  }
  return squares.map { $0.squareRoot() }
}
