internal import ImageProcessing
public import Volumes

extension SpatialTransform {
  /// The displacement of each voxel of a grid, in mm: from its center to its place in the moving scan.
  public func displacementField(on grid: VoxelGrid, threads: Int = 1) -> DisplacementField {
    let patient = grid.patientFromVoxel
    let step = patient.linear.x
    var vectors = Volume<SIMD3<Float>>(repeating: [0, 0, 0], grid: grid)
    vectors.withUnsafeMutableVoxels { vectors in
      guard let base = vectors.baseAddress else { return }
      let target = SharedPointer(base)
      forEachRow(of: grid, threads: threads) { first, points in
        let row = first / grid.size.x
        let index = Point<VoxelSpace>(0, Double(row % grid.size.y), Double(row / grid.size.y))
        let start = patient(index).coordinates
        for i in points.indices {
          target.pointer[first + i] = SIMD3<Float>(points[i] - (start + step * Double(i)))
        }
      }
    }
    return DisplacementField(vectors)
  }

  /// How a map stretches and shrinks the neighborhood of the voxels of a grid.
  ///
  /// Central differences between neighbors; voxels at the grid's faces take the difference to their
  /// one neighbor. A determinant of zero or less means that the map folds there.
  public func jacobian(on grid: VoxelGrid, threads: Int = 1) -> JacobianSummary {
    JacobianSummary(of: displacementField(on: grid, threads: threads))
  }
}

/// The Jacobian determinants of a map over a grid: 1 keeps volumes, 0 or less folds.
public struct JacobianSummary: Hashable, Sendable, Codable {
  /// The smallest determinant.
  public let smallest: Double
  /// The largest determinant.
  public let largest: Double
  /// The share of voxels with a determinant of zero or less, from 0 to 1.
  public let foldedShare: Double

  /// The determinants of a displacement field at the voxels of its own grid, or of those of a mask on
  /// that grid; all 1 where the mask has none.
  public init(of field: DisplacementField, within mask: Mask? = nil) {
    let grid = field.vectors.grid
    let size = grid.size
    let strides = [1, size.x, size.x * size.y]
    let toIndex = grid.voxelFromPatient.linear
    var (smallest, largest, folded, count) = (Double.infinity, -Double.infinity, 0, 0)
    precondition(mask == nil || mask?.grid.size == size, "the mask lies on the field's grid")
    field.vectors.withUnsafeVoxels { vectors in
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            let index = i + size.x * (j + size.y * k)
            if let mask, !mask[i, j, k] { continue }
            count += 1
            let place = SIMD3(i, j, k)
            func derivative(_ axis: Int) -> SIMD3<Double> {
              let back = place[axis] > 0 ? strides[axis] : 0
              let ahead = place[axis] + 1 < size[axis] ? strides[axis] : 0
              guard back + ahead > 0 else { return [0, 0, 0] }
              let difference = vectors[index + ahead] - vectors[index - back]
              return SIMD3<Double>(difference) * (Double(strides[axis]) / Double(ahead + back))
            }
            let perVoxel = Matrix3(columns: derivative(0), derivative(1), derivative(2))
            let gradient = perVoxel * toIndex
            let determinant = Matrix3(
              columns: gradient.x + [1, 0, 0],
              gradient.y + [0, 1, 0],
              gradient.z + [0, 0, 1]
            ).determinant
            smallest = min(smallest, determinant)
            largest = max(largest, determinant)
            if determinant <= 0 { folded += 1 }
          }
        }
      }
    }
    self.smallest = count > 0 ? smallest : 1
    self.largest = count > 0 ? largest : 1
    foldedShare = Double(folded) / Double(max(count, 1))
  }
}
