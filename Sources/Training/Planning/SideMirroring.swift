import Anatomy
import Preprocessing

/// Which axes may be mirrored, and which classes change places then.
struct SideMirroring: Hashable {
  /// The axes of the network's array that are mirrored in training.
  var axes: [Int] = []
  /// The classes of left and right structures, in pairs.
  var pairs: [[Int]] = []
  /// The axes along which test-time mirroring leaves every class what it is.
  var axesAtInference: [Int] = []
  /// Why.
  var reason = "asked for"

  /// The mirroring that structures and orientations allow.
  init(
    _ wish: PlanningOptions.Mirroring,
    labels: LabelScheme,
    cases: [DatasetFingerprint.Case],
    transposeForward: [Int]
  ) {
    let sides = Sides(labels)
    let axes = Set(cases.map(\.sideAxis))
    let side = axes.count == 1 ? axes.first.flatMap(transposeForward.firstIndex) : nil
    guard wish != .none else { return }
    guard sides.alone.isEmpty else {
      if wish == .all, let side { self.axes = [0, 1, 2].filter { $0 != side } }
      axesAtInference = self.axes
      reason =
        "no mirroring from side to side: \(sides.alone.joined(separator: ", ")) has no partner on "
        + "the other side that its mirror image could be"
      return
    }
    switch wish {
    case .none, .sides:
      guard let side else {
        reason = "the cases' axes run differently, so that no axis is from side to side in all"
        return
      }
      self.axes = [side]
    case .all:
      self.axes = [0, 1, 2]
    }
    pairs = sides.pairs
    if pairs.isEmpty {
      axesAtInference = self.axes
      reason = "no structure has a side"
    } else {
      let mirrored = self.axes
      axesAtInference = side.map { side in mirrored.filter { $0 != side } } ?? []
      reason =
        "each left structure has its right one: a mirrored patch exchanges them, so that sides are "
        + "never learned wrong; test-time mirroring cannot exchange them and leaves that axis out"
    }
    if wish == .sides {
      reason += "; patients lie head up and face up, so that other axes stay (nnU-Net mirrors all)"
    }
  }
}

/// The structures of a scheme by their sides.
private struct Sides {
  /// Classes of a left and a right structure each.
  var pairs: [[Int]] = []
  /// The names of structures whose partner is missing.
  var alone: [String] = []

  init(_ labels: LabelScheme) {
    let vocabulary = StructureVocabulary.standard
    let byName = Dictionary(
      labels.entries.map { (vocabulary.identity(of: $0.name), Int($0.label)) },
      uniquingKeysWith: { first, _ in first }
    )
    for entry in labels.entries {
      guard let other = Self.otherSide(of: entry.name) else { continue }
      if let partner = byName[other] {
        if Int(entry.label) < partner { pairs.append([Int(entry.label), partner]) }
      } else {
        alone.append(entry.name)
      }
    }
  }

  /// The identity of the structure on the other side; `nil` of one that has no side.
  private static func otherSide(of name: String) -> String? {
    let vocabulary = StructureVocabulary.standard
    if let organ = OrganAtRisk(named: name) {
      switch organ.laterality {
      case .left: return vocabulary.identity(of: organ.tg263.dropLast() + "R")
      case .right: return vocabulary.identity(of: organ.tg263.dropLast() + "L")
      case .none: return nil
      }
    }
    let identity = vocabulary.identity(of: name)
    if identity.hasSuffix("/L") { return identity.dropLast() + "R" }
    if identity.hasSuffix("/R") { return identity.dropLast() + "L" }
    return nil
  }
}
