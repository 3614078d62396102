internal import ImageProcessing
public import Volumes

/// The edges of an image inside the boxes where tumors were seen before, from 0 to 1; 0 elsewhere.
///
/// - Parameters:
///   - image: The new image; intensities that are not finite count as 0.
///   - boxes: The boxes around the earlier tumors, in the order in which they are drawn; they lie in
///     the image's grid.
///   - definition: How it is computed.
/// - Returns: A map on the image's grid. A box without any edge is all ones by ``GradientMapDefinition/paper``
///   and ``GradientMapDefinition/publishedCode`` (the published program gives 0/0 there) and all zeros
///   by ``GradientMapDefinition/delineate``.
/// - SeeAlso: Ren et al., arXiv 2410.12941.
public func gradientMap(
  of image: Volume<Float>,
  in boxes: [VoxelBox],
  definition: GradientMapDefinition
) -> Volume<Float> {
  var map = Volume<Float>(repeating: 0, grid: image.grid)
  let range = definition == .paper ? image.intensityRange : 0...1
  for box in boxes where box.count > 0 {
    switch definition {
    case .paper:
      let edges = publishedEdges(image.intensities(in: box), size: box.size, range: range)
      map.write(edges, in: box) { _, new in new }
    case .publishedCode:
      let voxels = image.intensities(in: box)
      let edges = publishedEdges(voxels, size: box.size, range: rangeOf(voxels))
      map.write(edges, in: box) { _, new in new }
    case .delineate:
      map.write(physicalEdges(of: image, in: box), in: box, combining: max)
    }
  }
  return map
}

/// The published program's map of one box.
private func publishedEdges(
  _ voxels: [Double],
  size: SIMD3<Int>,
  range: ClosedRange<Double>
) -> [Double] {
  let width = range.upperBound - range.lowerBound
  let scaled = width > 0 ? voxels.map { ($0 - range.lowerBound) / width } : voxels
  let lengths = gaussianGradientMagnitude(of: scaled, size: size, sigma: [1, 1, 1])
  let reached = rangeOf(lengths)
  guard reached.upperBound > reached.lowerBound else {
    return [Double](repeating: 1, count: voxels.count)
  }
  let reach = reached.upperBound - reached.lowerBound
  return lengths.map { min(1, ($0 - reached.lowerBound) / reach * 2) }
}

/// Our map of one box: gradients per mm of the image around it too.
private func physicalEdges(of image: Volume<Float>, in box: VoxelBox) -> [Double] {
  let spacing = image.grid.spacing
  let sigma = SIMD3(repeating: GradientMapDefinition.sigma) / spacing
  let ranges = [box.i, box.j, box.k]
  // What the Gaussian reaches beyond the box, as far as there is an image.
  let wide = ranges.indices.map { axis in
    let reach = Int(4 * sigma[axis] + 0.5)
    return max(
      0,
      ranges[axis].lowerBound - reach
    )..<min(image.grid.size[axis], ranges[axis].upperBound + reach)
  }
  let surroundings = VoxelBox(i: wide[0], j: wide[1], k: wide[2])
  let voxels = image.intensities(in: surroundings)
  let lengths = gaussianGradientMagnitude(
    of: voxels,
    size: surroundings.size,
    sigma: sigma,
    step: spacing
  )
  var inner: [Double] = []
  inner.reserveCapacity(box.count)
  for k in box.k {
    for j in box.j {
      let row =
        ((k - wide[2].lowerBound) * surroundings.j.count + (j - wide[1].lowerBound))
        * surroundings.i.count - wide[0].lowerBound
      inner += lengths[row + box.i.lowerBound..<row + box.i.upperBound]
    }
  }
  let sorted = inner.sorted()
  let scale = sorted[Int(GradientMapDefinition.scaleShare * Double(sorted.count - 1))]
  // What rounding leaves of a flat image is no edge.
  let rounding = 1e-9 * (voxels.lazy.map(abs).max() ?? 0)
  return scale > rounding
    ? inner.map { min(1, $0 / scale) } : inner.map { $0 > rounding ? 1 : 0 }
}

/// The smallest and the largest number; 0…0 of none.
private func rangeOf(_ values: [Double]) -> ClosedRange<Double> {
  guard var low = values.first else { return 0...0 }
  var high = low
  for value in values {
    low = min(low, value)
    high = max(high, value)
  }
  return low...high
}

extension Volume where Scalar == Float {
  /// The smallest and the largest finite intensity.
  fileprivate var intensityRange: ClosedRange<Double> {
    var (low, high) = (Float.infinity, -Float.infinity)
    withUnsafeVoxels { voxels in
      for value in voxels where value.isFinite {
        low = min(low, value)
        high = max(high, value)
      }
    }
    return low <= high ? Double(low)...Double(high) : 0...0
  }

  /// A box's intensities, `i` fastest.
  fileprivate func intensities(in box: VoxelBox) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(box.count)
    for k in box.k {
      for j in box.j {
        for i in box.i {
          let value = self[i, j, k]
          result.append(value.isFinite ? Double(value) : 0)
        }
      }
    }
    return result
  }

  /// Combines what a box holds with other values.
  fileprivate mutating func write(
    _ values: [Double],
    in box: VoxelBox,
    combining: (Float, Float) -> Float
  ) {
    let size = grid.size
    withUnsafeMutableVoxels { voxels in
      var index = 0
      for k in box.k {
        for j in box.j {
          let row = (k * size.y + j) * size.x
          for i in box.i {
            voxels[row + i] = combining(voxels[row + i], Float(values[index]))
            index += 1
          }
        }
      }
    }
  }
}
