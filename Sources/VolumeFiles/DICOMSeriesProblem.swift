public import Volumes

/// Why the slices of a DICOM series do not make one volume; positions are mm along the slices'
/// normal, as DICOM's Image Position gives them.
public enum DICOMSeriesProblem: Error, Hashable, Sendable {
  /// There is one slice only: a 2D image.
  case singleSlice
  /// Several slices lie at one position.
  case doubledSlice(position: Double, count: Int)
  /// Slices are missing: a gap is a multiple of the spacing.
  case missingSlices(count: Int, after: Double, before: Double, spacing: Double)
  /// A gap differs from the others.
  case unevenSpacing(after: Double, gap: Double, spacing: Double)
  /// The slices are shifted against each other: the gantry was tilted by this angle.
  case gantryTilt(degrees: Double)
  /// Slices have different numbers of columns and rows.
  case mixedSizes(SIMD2<Int>, SIMD2<Int>)
  /// Slices have different distances between pixels, in mm along columns and rows.
  case mixedSpacings(SIMD2<Double>, SIMD2<Double>)
  /// Slices have different orientations; the angle between their normals.
  case mixedOrientations(degrees: Double)
  /// The slices do not lie on a grid.
  case badGrid(GridError)
  /// A slice's file does not follow the standard, is damaged, or is of a kind that is not read.
  case unusableSlice(file: String, reason: String)
}

extension DICOMSeriesProblem: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .singleSlice:
      "there is one slice only; a volume of at least two is expected."
    case .doubledSlice(let position, let count):
      "\(count) slices lie at \(mm(position)) along the normal; one is expected at each position."
    case .missingSlices(let count, let after, let before, let spacing):
      """
      \(count == 1 ? "a slice is" : "\(count) slices are") missing between \(mm(after)) and \
      \(mm(before)) along the normal; slices are \(mm(spacing)) apart.
      """
    case .unevenSpacing(let after, let gap, let spacing):
      """
      the slice after \(mm(after)) along the normal follows at \(mm(gap)), the others at \
      \(mm(spacing)); even spacing is expected.
      """
    case .gantryTilt(let degrees):
      """
      the slices are shifted against each other by \(rounded(degrees))° (gantry tilt); stacks at \
      right angles to their slices are expected.
      """
    case .mixedSizes(let a, let b):
      "slices of \(a.x)×\(a.y) and of \(b.x)×\(b.y) pixels are mixed; one size is expected."
    case .mixedSpacings(let a, let b):
      """
      slices with pixels of \(rounded(a.x))×\(rounded(a.y)) and \(rounded(b.x))×\(rounded(b.y)) mm \
      are mixed; one pixel size is expected.
      """
    case .mixedOrientations(let degrees):
      "slices turned against each other by \(rounded(degrees))° are mixed; one orientation is expected."
    case .badGrid(let error):
      "\(error)"
    case .unusableSlice(let file, let reason):
      "the file \(file) cannot be used: \(reason)."
    }
  }

  private func mm(_ value: Double) -> String { "\(rounded(value)) mm" }

  /// Three decimals: DICOM positions are rarely finer.
  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
