internal import Foundation
internal import Volumes

/// Elastix's transform parameter files (`TransformParameters.0.txt`).
///
/// Read and written: Euler, affine, translation and cubic B-spline transforms, each with the one that
/// comes before it in a file beside it; what is composed, not added.
enum ElastixTransformFile {
  private static let initialKey = "InitialTransformParametersFileName"

  /// Reads a file and those it names as coming before it, of the same folder.
  static func read(_ url: URL) throws(TransformFileError) -> SpatialTransform {
    var place = url
    var parts: [SpatialTransform] = []
    while true {
      let file = place.lastPathComponent
      let text = Substring(try TransformText.read(place))
      let parameters = try ElastixParameters(text, file: file)
      parts.insert(try transform(parameters, file: file), at: 0)
      guard let initial = parameters.word(initialKey), initial != "NoInitialTransform" else {
        return parts.count == 1 ? parts[0] : .composite(parts)
      }
      if let how = parameters.word("HowToCombineTransforms"), how != "Compose" {
        throw .unsupported(file: file, transform: "transforms that are added")
      }
      guard parts.count < 16 else {
        throw .badText(file: file, reason: "more than 16 files come before one another")
      }
      // Only the name counts: a file of another folder is never read.
      let name = initial.split(separator: "/").last.map(String.init) ?? ""
      guard !name.isEmpty, name != "..", name != "." else {
        throw .badText(file: file, reason: "\(initialKey) names no file")
      }
      place = url.deletingLastPathComponent().appending(path: name)
    }
  }

  /// One file's transform without what comes before it.
  static func transform(
    _ parameters: ElastixParameters,
    file: String
  ) throws(TransformFileError) -> SpatialTransform {
    guard let kind = parameters.word("Transform") else {
      throw .badText(file: file, reason: "it has no line (Transform …)")
    }
    let numbers = parameters.numbers("TransformParameters") ?? []
    var values = NumberList(numbers)
    var found: SpatialTransform?
    let center = parameters.numbers("CenterOfRotationPoint").flatMap { numbers in
      var list = NumberList(numbers)
      return list.vector()
    }
    switch kind {
    case "TranslationTransform" where numbers.count == 3:
      found = values.vector().map { .rigid(RigidTransform(translation: $0)) }
    case "EulerTransform" where numbers.count == 6:
      guard parameters.word("ComputeZYX") != "true" else {
        throw .unsupported(file: file, transform: "EulerTransform in the order ZYX")
      }
      if let angles = values.vector(), let translation = values.vector(), let center {
        found = .rigid(RigidTransform(angles: angles, translation: translation, center: center))
      }
    case "AffineTransform" where numbers.count == 12:
      if let matrix = values.matrixByRows(), let translation = values.vector(), let center {
        found = .linear(LinearTransform(matrix: matrix, translation: translation, center: center))
      }
    case "BSplineTransform", "RecursiveBSplineTransform":
      // The recursive one is the same function, computed faster.
      guard parameters.word("UseCyclicTransform") != "true" else {
        throw .unsupported(file: file, transform: "a cyclic B-spline")
      }
      found = spline(parameters, numbers).map(SpatialTransform.bspline)
    case "EulerTransform", "AffineTransform", "TranslationTransform": break
    default: throw .unsupported(file: file, transform: String(kind.prefix(60)))
    }
    guard let found else {
      throw .badText(file: file, reason: "\(kind) has not the parameters that it needs")
    }
    return found
  }

  private static func spline(
    _ parameters: ElastixParameters,
    _ numbers: [Double]
  ) -> BSplineTransform? {
    func vector(_ key: String) -> SIMD3<Double>? {
      var list = NumberList(parameters.numbers(key) ?? [])
      return list.vector()
    }
    if let order = parameters.numbers("BSplineTransformSplineOrder"), order != [3] { return nil }
    guard let size = vector("GridSize")?.sizes, let spacing = vector("GridSpacing"),
      let origin = vector("GridOrigin"), let columns = parameters.numbers("GridDirection"),
      columns.count == 9
    else { return nil }
    // Elastix writes directions column by column; the grid begins at `GridIndex`.
    var list = NumberList(columns)
    guard let direction = list.matrixByRows()?.transposed else { return nil }
    let first = vector("GridIndex") ?? [0, 0, 0]
    return BSplineTransform(
      size: size,
      spacing: spacing,
      origin: origin + direction * (spacing * first),
      direction: direction,
      planes: numbers
    )
  }

  /// Writes a transform for a fixed grid: the last part under the name given, those before it beside
  /// it with a number, so that transformix can run in that folder.
  static func write(
    _ transform: SpatialTransform,
    fixedGrid grid: VoxelGrid,
    to url: URL
  ) throws(TransformFileError) {
    let stem = url.deletingPathExtension().lastPathComponent
    let leaves = transform.leaves
    var before = "NoInitialTransform"
    for (index, leaf) in leaves.enumerated() {
      let isLast = index == leaves.count - 1
      let place =
        isLast ? url : url.deletingLastPathComponent().appending(path: "\(stem).\(index).txt")
      var parameters = try self.parameters(of: leaf, file: place.lastPathComponent)
      parameters.set(initialKey, before)
      parameters.set("HowToCombineTransforms", "Compose")
      describe(grid, in: &parameters)
      try TransformText.write(parameters.text, to: place)
      before = place.lastPathComponent
    }
  }

  private static func parameters(
    of leaf: SpatialTransform,
    file: String
  ) throws(TransformFileError) -> ElastixParameters {
    var parameters = ElastixParameters()
    func list(_ vectors: SIMD3<Double>...) -> [Double] { vectors.flatMap { [$0.x, $0.y, $0.z] } }
    switch leaf {
    case .rigid(let rigid):
      parameters.set("Transform", "EulerTransform")
      parameters.set("NumberOfParameters", [6])
      parameters.set("TransformParameters", list(rigid.angles, rigid.translation))
      parameters.set("CenterOfRotationPoint", list(rigid.center))
      parameters.set("ComputeZYX", false)
    case .linear(let linear):
      let rows = linear.matrix.transposed
      parameters.set("Transform", "AffineTransform")
      parameters.set("NumberOfParameters", [12])
      parameters.set("TransformParameters", list(rows.x, rows.y, rows.z, linear.translation))
      parameters.set("CenterOfRotationPoint", list(linear.center))
    case .bspline(let spline):
      let grid = spline.grid
      let coefficients = spline.coefficients
      parameters.set("Transform", "BSplineTransform")
      parameters.set("NumberOfParameters", [Double(3 * coefficients.count)])
      parameters.set(
        "TransformParameters",
        (0..<3).flatMap { axis in coefficients.map { $0[axis] } }
      )
      parameters.set("GridSize", list(SIMD3<Double>(grid.size)))
      parameters.set("GridIndex", [0, 0, 0])
      parameters.set("GridSpacing", list(grid.spacing))
      parameters.set("GridOrigin", list(grid.origin))
      let d = grid.direction
      parameters.set("GridDirection", list(d.x, d.y, d.z))
      parameters.set("BSplineTransformSplineOrder", [3])
      parameters.set("UseCyclicTransform", false)
    case .field, .composite:
      throw .unwritable(
        file: file,
        reason: "a displacement field goes into a .nii.gz or .mha file"
      )
    }
    return parameters
  }

  /// What transformix needs to know of the grid that it resamples onto.
  private static func describe(_ grid: VoxelGrid, in parameters: inout ElastixParameters) {
    func list(_ vectors: SIMD3<Double>...) -> [Double] { vectors.flatMap { [$0.x, $0.y, $0.z] } }
    parameters.set("FixedImageDimension", [3])
    parameters.set("MovingImageDimension", [3])
    parameters.set("FixedInternalImagePixelType", "float")
    parameters.set("MovingInternalImagePixelType", "float")
    parameters.set("Size", list(SIMD3<Double>(grid.size)))
    parameters.set("Index", [0, 0, 0])
    parameters.set("Spacing", list(grid.spacing))
    parameters.set("Origin", list(grid.origin))
    parameters.set("Direction", list(grid.direction.x, grid.direction.y, grid.direction.z))
    parameters.set("UseDirectionCosines", true)
    parameters.set("ResampleInterpolator", "FinalBSplineInterpolator")
    parameters.set("FinalBSplineInterpolationOrder", [1])
    parameters.set("Resampler", "DefaultResampler")
    parameters.set("DefaultPixelValue", [0])
    parameters.set("ResultImageFormat", "mha")
    parameters.set("ResultImagePixelType", "float")
  }
}
