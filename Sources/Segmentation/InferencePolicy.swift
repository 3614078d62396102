import Foundation

/// How much work a scan is given, by its size on the model's grid: a budget of time told in advance.
///
/// - SeeAlso: CHB-QuantIF's entry to HaN-Seg (`Zhack47/HaNSeg-QuantIF`, `process.py`), whose numbers
///   ``chbQuantIF`` has.
public struct InferencePolicy: Codable, Hashable, Sendable {
  /// What is done with scans up to a size.
  public struct Rule: Codable, Hashable, Sendable {
    /// Scans with fewer voxels on the model's grid than this; `nil` is all that are left.
    public var below: Int?
    /// The folds that are averaged; `nil` is all that the request names.
    public var folds: [String]?
    /// Whether predictions are averaged over the mirrorings that the model allows.
    public var mirroring: Bool
    /// The distance between windows as a part of a window, in (0, 1].
    public var step: Double

    /// A rule from its parts.
    public init(below: Int?, folds: [String]? = nil, mirroring: Bool = true, step: Double = 0.5) {
      self.below = below
      self.folds = folds
      self.mirroring = mirroring
      self.step = step
    }
  }

  /// From the smallest scans to the largest; the last one takes all that are left.
  public var rules: [Rule]

  /// A policy from its rules.
  public init(rules: [Rule]) { self.rules = rules }

  /// CHB-QuantIF's: five folds for smaller scans, the fold trained on all cases for larger ones, and
  /// wider steps as they grow.
  public static let chbQuantIF: InferencePolicy = {
    let five = ["0", "1", "2", "3", "4"]
    return InferencePolicy(rules: [
      Rule(below: 100_000_000, folds: five, step: 0.4),
      Rule(below: 130_000_000, folds: five, step: 0.6),
      Rule(below: 170_000_000, folds: ["all"], step: 0.4),
      Rule(below: nil, folds: ["all"], step: 0.6),
    ])
  }()

  /// A policy by its name, `chb-quantif`, or from a JSON file.
  /// - Throws: ``SegmentationError/unusablePolicy(reason:)``.
  public init(_ nameOrPath: String) throws(SegmentationError) {
    if nameOrPath == "chb-quantif" {
      self = .chbQuantIF
      return
    }
    guard let data = try? Data(contentsOf: URL(filePath: nameOrPath)),
      let policy = try? JSONDecoder().decode(InferencePolicy.self, from: data)
    else {
      throw .unusablePolicy(reason: "it is neither chb-quantif nor a JSON file of rules")
    }
    self = policy
    try validate()
  }

  /// The rule for a scan.
  /// - Parameter voxels: How many voxels it has on the model's grid.
  /// - Returns: The first rule whose bound is above it.
  /// - Throws: ``SegmentationError/unusablePolicy(reason:)`` where the rules contradict one another.
  public func rule(voxels: Int) throws(SegmentationError) -> Rule {
    try validate()
    guard let rule = rules.first(where: { $0.below.map { voxels < $0 } ?? true }) else {
      throw .unusablePolicy(reason: "no rule takes scans of \(voxels) voxels")
    }
    return rule
  }

  private func validate() throws(SegmentationError) {
    let bounds = rules.compactMap(\.below)
    guard let last = rules.last, last.below == nil, bounds.count == rules.count - 1,
      zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }), bounds.allSatisfy({ $0 > 0 })
    else {
      throw .unusablePolicy(
        reason: "bounds must grow from rule to rule, and the last rule has none"
      )
    }
    guard rules.allSatisfy({ $0.step > 0 && $0.step <= 1 && $0.folds?.isEmpty != true }) else {
      throw .unusablePolicy(reason: "a step is not above 0 and at most 1, or a rule has no fold")
    }
  }
}
