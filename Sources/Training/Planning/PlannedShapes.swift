import Preprocessing

/// The grid that a data set is brought to: spacing, order of axes, and the sizes cases have there.
///
/// - SeeAlso: nnU-Net v2, `ExperimentPlanner.determine_fullres_target_spacing`,
///   `determine_transpose`, `compute_new_shape`.
struct PlannedShapes: Hashable {
  /// The ratio of spacings, and of sizes, above which a data set is anisotropic.
  static let anisotropy = 3.0

  /// For each axis of the network's array, the array axis of the file.
  var transposeForward: [Int]
  /// The target spacing in the network's axis order, in mm.
  var spacing: [Double]
  /// The median size on that spacing, in the network's axis order; may end in a half.
  var medianShape: [Double]
  /// The array axis whose spacing is finer than the median; `nil` where none is.
  var refinedAxis: Int?
  /// The median spacing along the file's array axes.
  var medianSpacing: [Double]

  /// The grid for a data set's cases.
  init(of cases: [DatasetFingerprint.Case], spacing told: [Double]? = nil) {
    let spacings = cases.map(\.spacing)
    medianSpacing = (0..<3).map { axis in percentile(50, spacings.map { $0[axis] }) }
    var target = told ?? medianSpacing
    if told == nil {
      let size = (0..<3).map { axis in percentile(50, cases.map { Double($0.shape[axis]) }) }
      let coarsest = largest(target)
      let others = (0..<3).filter { $0 != coarsest }
      let finest = others.map { target[$0] }.max() ?? 0
      let hasThickSlices = target[coarsest] > Self.anisotropy * finest
      let hasFewSlices = size[coarsest] * Self.anisotropy < (others.map { size[$0] }.min() ?? 0)
      if hasThickSlices && hasFewSlices {
        let fine = percentile(10, spacings.map { $0[coarsest] })
        target[coarsest] = fine < finest ? finest + 1e-5 : fine
        refinedAxis = coarsest
      }
    }
    let first = largest(target)
    transposeForward = [first] + (0..<3).filter { $0 != first }
    let median = (0..<3).map { axis in
      middle(
        cases.map { one in
          (one.spacing[axis] / target[axis] * Double(one.shape[axis])).rounded(.toNearestOrEven)
        }
      )
    }
    self.spacing = transposeForward.map { target[$0] }
    medianShape = transposeForward.map { median[$0] }
  }
}

/// The first axis with the largest value.
private func largest(_ values: [Double]) -> Int {
  values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
}

/// NumPy's percentile: linear between the neighbors in order, from the nearer one.
func percentile(_ percent: Double, _ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard let last = sorted.last else { return 0 }
  let place = percent / 100 * Double(sorted.count - 1)
  let index = Int(place)
  guard index + 1 < sorted.count else { return last }
  let (below, above, share) = (sorted[index], sorted[index + 1], place - Double(index))
  return share < 0.5
    ? below + (above - below) * share : above - (above - below) * (1 - share)
}

/// The median; of an even count, the mean of the two in the middle.
private func middle(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  let half = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
}
