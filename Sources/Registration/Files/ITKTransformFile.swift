internal import Foundation
internal import Volumes

/// ITK's text transform files (`.tfm`, `.txt`): what SimpleITK, 3D Slicer and ANTs exchange.
///
/// Read: Euler3D, VersorRigid3D, Affine, MatrixOffset, Translation, cubic B-spline, Identity and
/// composites of them. ITK's composite applies its **last** part first, so the order is turned.
/// - SeeAlso: `itkTxtTransformIO.cxx` and each transform's `SetFixedParameters`.
enum ITKTransformFile {
  static let firstLine = "#Insight Transform File V1.0"

  /// Reads the text after it was recognized by its first line.
  static func parse(_ text: Substring, file: String) throws(TransformFileError) -> SpatialTransform
  {
    func bad(_ reason: String) -> TransformFileError { .badText(file: file, reason: reason) }
    var blocks: [Block] = []
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let mark = line.firstIndex(of: ":") else {
        throw bad("the line \"\(line.prefix(30))\" has no colon")
      }
      let value = line[line.index(after: mark)...]
      let key = line[..<mark].trimmingCharacters(in: .whitespaces)
      if key == "Transform" {
        guard blocks.count < 64 else { throw bad("it has more than 64 parts") }
        blocks.append(Block(name: value.trimmingCharacters(in: .whitespaces)))
        continue
      }
      guard !blocks.isEmpty, let numbers = TransformText.numbers(value) else {
        throw bad("\(key.prefix(30)) is not made of finite numbers")
      }
      switch key {
      case "Parameters": blocks[blocks.count - 1].parameters = numbers
      case "FixedParameters": blocks[blocks.count - 1].fixed = numbers
      default: throw bad("\"\(key.prefix(30))\" is not one of its fields")
      }
    }
    let isComposite = blocks.first?.kind == "CompositeTransform"
    let parts = isComposite ? Array(blocks.dropFirst()) : blocks
    guard !parts.isEmpty, isComposite || parts.count == 1 else {
      throw bad(blocks.isEmpty ? "it holds no transform" : "several transforms are no composite")
    }
    var transforms: [SpatialTransform] = []
    for part in parts {
      guard let transform = try part.transform(file: file) else {
        throw bad("\(part.kind) has not the parameters that it needs")
      }
      transforms.append(transform)
    }
    return transforms.count == 1 ? transforms[0] : .composite(transforms.reversed())
  }

  /// One transform of a file.
  private struct Block {
    var name: String
    var parameters: [Double] = []
    var fixed: [Double] = []

    /// The class without its number type and dimensions.
    var kind: String { String(name.prefix { $0 != "_" }) }

    /// The transform; `nil` where the numbers are not as many as it needs.
    func transform(file: String) throws(TransformFileError) -> SpatialTransform? {
      let dimensions = name.split(separator: "_").dropFirst(2)
      guard dimensions.allSatisfy({ $0 == "3" }) else {
        throw .unsupported(file: file, transform: String(name.prefix(60)))
      }
      var values = NumberList(parameters)
      var places = NumberList(fixed)
      switch kind {
      case "IdentityTransform":
        return .identity
      case "TranslationTransform":
        return parameters.count == 3
          ? values.vector().map { .rigid(RigidTransform(translation: $0)) } : nil
      case "Euler3DTransform":
        guard parameters.count == 6, let angles = values.vector(),
          let translation = values.vector(), let center = places.vector()
        else { return nil }
        // A fourth fixed number other than 0 asks for another order of the three rotations.
        guard fixed.count < 4 || fixed[3] == 0 else {
          throw .unsupported(file: file, transform: "Euler3DTransform in the order ZYX")
        }
        return .rigid(RigidTransform(angles: angles, translation: translation, center: center))
      case "VersorRigid3DTransform":
        guard parameters.count == 6, let versor = values.vector(),
          let translation = values.vector(), let center = places.vector(), dot(versor, versor) <= 1
        else { return nil }
        return SpatialTransform(
          LinearTransform(matrix: rotation(versor), translation: translation, center: center)
        )
      case "AffineTransform", "MatrixOffsetTransformBase":
        guard parameters.count == 12, let matrix = values.matrixByRows(),
          let translation = values.vector(), let center = places.vector()
        else { return nil }
        return .linear(LinearTransform(matrix: matrix, translation: translation, center: center))
      case "BSplineTransform":
        guard fixed.count == 18, let size = places.vector()?.sizes, let origin = places.vector(),
          let spacing = places.vector(), let direction = places.matrixByRows()
        else { return nil }
        return BSplineTransform(
          size: size,
          spacing: spacing,
          origin: origin,
          direction: direction,
          planes: parameters
        ).map(SpatialTransform.bspline)
      default:
        throw .unsupported(file: file, transform: String(name.prefix(60)))
      }
    }

    /// The rotation of a unit quaternion by its vector part.
    private func rotation(_ v: SIMD3<Double>) -> Matrix3 {
      let w = (1 - dot(v, v)).squareRoot()
      func column(_ unit: SIMD3<Double>) -> SIMD3<Double> {
        let turned = cross(v, unit)
        return unit + 2 * (w * turned + cross(v, turned))
      }
      return Matrix3(columns: column([1, 0, 0]), column([0, 1, 0]), column([0, 0, 1]))
    }
  }

  /// The text of a transform without displacement fields.
  static func text(of transform: SpatialTransform, file: String) throws(TransformFileError)
    -> String
  {
    let leaves = transform.leaves
    var lines = [firstLine]
    if leaves.count > 1 {
      lines += ["#Transform 0", "Transform: CompositeTransform_double_3_3"]
    }
    for (index, leaf) in leaves.reversed().enumerated() {
      lines.append("#Transform \(leaves.count > 1 ? index + 1 : index)")
      switch leaf {
      case .rigid(let rigid):
        lines += [
          "Transform: Euler3DTransform_double_3_3",
          "Parameters: \(rigid.angles.text) \(rigid.translation.text)",
          "FixedParameters: \(rigid.center.text) 0",
        ]
      case .linear(let linear):
        lines += [
          "Transform: AffineTransform_double_3_3",
          "Parameters: \(linear.matrix.textByRows) \(linear.translation.text)",
          "FixedParameters: \(linear.center.text)",
        ]
      case .bspline(let spline):
        let grid = spline.grid
        let size = SIMD3<Double>(grid.size)
        lines += [
          "Transform: BSplineTransform_double_3_3",
          "Parameters: \(spline.planesText)",
          """
          FixedParameters: \(size.text) \(grid.origin.text) \(grid.spacing.text) \
          \(grid.direction.textByRows)
          """,
        ]
      case .field, .composite:
        throw .unwritable(
          file: file,
          reason: "a displacement field goes into a .nii.gz or .mha file"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
