public import Volumes

/// How structures become contours.
public struct ContourOptions: Hashable, Sendable {
  /// How a contour says that its middle does not belong to the structure.
  public enum Holes: String, CaseIterable, Sendable, Hashable, Codable {
    /// A contour of its own: what an odd number of contours surround is inside.
    case xor
    /// A slit of no width joins the hole to the contour around it.
    case keyhole
  }

  /// How far a point left out may lie from the contour, in mm; 0 keeps all.
  public var tolerance: Double
  /// How holes are written.
  public var holes: Holes

  /// Options; by default a tolerance of 0.1 mm, and holes as contours of their own.
  public init(tolerance: Double = 0.1, holes: Holes = .xor) {
    self.tolerance = tolerance
    self.holes = holes
  }
}

/// The contours of a label map's structures on the slices of a stack.
///
/// A contour runs between the centers of the voxels inside and those outside, smooth where the
/// voxels are stairs, and encloses their area around their centroid: read back by voxel centers it
/// gives the same voxels.
/// Voxels that touch at a corner only have contours of their own. Outer contours run
/// counterclockwise seen against the stack's normal, holes clockwise.
/// - Parameters:
///   - labels: Label map in any orientation whose planes are the stack's slices.
///   - stack: Where the contours lie.
///   - options: Tolerance and holes.
///   - threads: How many threads work.
/// - Returns: The contours of each label that a voxel has, by slice.
/// - Throws: ``SliceMismatch`` where the label map's voxels are not the stack's pixels.
public func contours(
  of labels: LabelMap,
  on stack: SliceStack,
  options: ContourOptions = ContourOptions(),
  threads: Int = 1
) throws(SliceMismatch) -> [UInt16: [PlanarContour]] {
  let planes = try StackedPlanes(labels.grid, on: stack)
  let found = collected(stack.origins.count, threads: threads) { slice in
    labels.withUnsafeVoxels { voxels in
      planes.labelFields(of: voxels, slice: slice).map { label, field in
        (label, contours(around: field, slice: slice, stack: stack, options: options))
      }
    }
  }
  return found.joined().reduce(into: [:]) { $0[$1.0, default: []] += $1.1 }
}

/// The contours of one mask, as of one label of a label map.
/// - Parameters:
///   - mask: One structure, in any orientation whose planes are the stack's slices.
///   - stack: Where the contours lie.
///   - options: Tolerance and holes.
///   - threads: How many threads work.
/// - Returns: The contours by slice.
/// - Throws: ``SliceMismatch`` where the mask's voxels are not the stack's pixels.
public func contours(
  of mask: CroppedMask,
  on stack: SliceStack,
  options: ContourOptions = ContourOptions(),
  threads: Int = 1
) throws(SliceMismatch) -> [PlanarContour] {
  let planes = try StackedPlanes(mask.grid, on: stack)
  return collected(stack.origins.count, threads: threads) { slice in
    planes.maskField(of: mask, slice: slice).map {
      contours(around: $0, slice: slice, stack: stack, options: options)
    } ?? []
  }.flatMap(\.self)
}

/// The contours of one structure where its probability is one half, linearly interpolated.
/// - Parameters:
///   - probabilities: From 0 to 1, in any orientation whose planes are the stack's slices.
///   - stack: Where the contours lie.
///   - options: Tolerance and holes.
///   - threads: How many threads work.
/// - Returns: The contours by slice.
/// - Throws: ``SliceMismatch`` where the volume's voxels are not the stack's pixels.
public func contours(
  ofProbabilities probabilities: Volume<Float>,
  on stack: SliceStack,
  options: ContourOptions = ContourOptions(),
  threads: Int = 1
) throws(SliceMismatch) -> [PlanarContour] {
  let planes = try StackedPlanes(probabilities.grid, on: stack)
  return collected(stack.origins.count, threads: threads) { slice in
    probabilities.withUnsafeVoxels { voxels in
      planes.probabilityField(of: voxels, slice: slice).map {
        contours(around: $0, slice: slice, stack: stack, options: options)
      } ?? []
    }
  }.flatMap(\.self)
}

/// The contours of one structure on one slice.
private func contours(
  around field: PlaneField,
  slice: Int,
  stack: SliceStack,
  options: ContourOptions
) -> [PlanarContour] {
  var borders = field.borders().map(Border.init)
  if field.values.isEmpty {
    for index in borders.indices {
      borders[index].smooth()
      borders[index].balance()
    }
  }
  if options.tolerance > 0 {
    var simplification = BorderSimplification(
      width: field.width,
      height: field.height,
      spacing: stack.pixelSpacing,
      tolerance: options.tolerance
    )
    borders = simplification.simplified(borders)
  }
  let polygons = options.holes == .xor ? borders.map(\.polygon) : keyholed(borders)
  let origin = SIMD2<Double>(field.origin)
  return polygons.map { polygon in
    PlanarContour(
      points: polygon.map { stack.point($0.x + origin.x, $0.y + origin.y, slice: slice) },
      slice: slice
    )
  }
}

/// Outer borders with their holes joined to them.
private func keyholed(_ borders: [Border]) -> [PlanePolygon] {
  let outer = borders.filter { !$0.isHole }.sorted { $0.area < $1.area }
  let polygons = outer.map(\.polygon)
  var holes = [[PlanePolygon]](repeating: [], count: outer.count)
  var alone: [PlanePolygon] = []
  for hole in borders where hole.isHole {
    // A pixel of the structure beside the hole: the smallest border around it is the hole's.
    let place = hole.vertices[0].base
    if let index = polygons.firstIndex(where: { contains($0, place) }) {
      holes[index].append(hole.polygon)
    } else {
      alone.append(hole.polygon)
    }
  }
  return zip(polygons, holes).flatMap { polygon, holes in
    let (joined, unreached) = keyhole(polygon, holes: holes)
    return [joined] + unreached
  } + alone
}

extension Border {
  /// The corners in order.
  var polygon: PlanePolygon { vertices.map(\.position) }
}
