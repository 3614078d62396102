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
    let sides = StructureSides(labels)
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
    pairs = sides.pairs.map { [Int(min($0.left, $0.right)), Int(max($0.left, $0.right))] }
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
