import Randomness

/// Where one patch comes from and how it is varied: written down, it gives the same patch again.
public struct PatchDraw: Codable, Hashable, Sendable {
  /// The case's name.
  public var caseName: String
  /// The voxel of the prepared case at the patch's first voxel, `[D, H, W]`; it may lie outside.
  public var start: [Int]
  /// The class whose voxel the patch was placed around; `nil` where it was placed anywhere.
  public var label: Int?
  /// How the patch is varied.
  public var augmentation: AugmentationDraw

  /// A draw from its parts.
  public init(caseName: String, start: [Int], label: Int?, augmentation: AugmentationDraw) {
    self.caseName = caseName
    self.start = start
    self.label = label
    self.augmentation = augmentation
  }
}

/// nnU-Net's rules for where a patch is cut.
///
/// - SeeAlso: nnU-Net v2, `nnUNetDataLoader.get_bbox`.
struct PatchSampler {
  /// The patch's size.
  let size: [Int]

  /// Whether a sample of a batch must hold a structure: the last ones do.
  static func isForced(sample: Int, of batchSize: Int, share: Double) -> Bool {
    let free = (Double(batchSize) * (1 - share)).rounded(.toNearestOrEven)
    return Double(sample) >= free
  }

  /// The lowest and highest start along each axis: within the case where it is larger than the
  /// patch, else such that the patch holds all of it.
  func bounds(of caseSize: [Int]) -> [ClosedRange<Int>] {
    (0..<3).map { axis in
      let missing = max(0, size[axis] - caseSize[axis])
      let low = -((missing + 1) / 2)
      return low...(caseSize[axis] + (missing + 1) / 2 - size[axis])
    }
  }

  /// A place drawn evenly from all.
  func anywhere(in caseSize: [Int], using generator: inout SeededGenerator) -> [Int] {
    bounds(of: caseSize).map { $0.lowerBound + generator.index(below: $0.count) }
  }

  /// The place that has a voxel in its middle, where that does not begin before the case; as in
  /// nnU-Net it may end behind.
  func around(_ voxel: [Int], in caseSize: [Int]) -> [Int] {
    zip(bounds(of: caseSize), zip(voxel, size)).map { max($0.lowerBound, $1.0 - $1.1 / 2) }
  }

  /// A place in a case; where a structure is wanted, a class is drawn evenly from those that the
  /// case has, and a voxel evenly from its list.
  func place(
    in file: PreparedCaseFile,
    isForced: Bool,
    using generator: inout SeededGenerator
  ) -> (start: [Int], label: Int?) {
    let counts = file.record.locationCounts
    let present = counts.indices.filter { counts[$0] > 0 }
    guard isForced, !present.isEmpty else {
      return (anywhere(in: file.record.size, using: &generator), nil)
    }
    let label = present[generator.index(below: present.count)]
    let voxel = file.location(generator.index(below: counts[label]), of: label)
    return (around(voxel, in: file.record.size), label)
  }
}
