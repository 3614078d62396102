public import Anatomy
internal import Foundation
import Volumes

/// What became of one structure's tumors between two time points.
public struct StructureChange: Hashable, Sendable, Codable {
  /// What became of one connected tumor.
  public enum Fate: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is still there.
    case persists
    /// Nothing of the later contours belongs to it.
    case vanished
    /// It belongs to none of the earlier ones.
    case new
  }

  /// One connected tumor of the earlier contours, or a new one.
  public struct Tumor: Hashable, Sendable, Codable {
    /// Its number among the structure's tumors: of the earlier ones, then of the new ones.
    public let number: Int
    /// What became of it.
    public let fate: Fate
    /// Its volume before, in ml; 0 where it is new.
    public let millilitersBefore: Double
    /// The volume of what became of it, in ml; 0 where it vanished.
    public let millilitersAfter: Double
    /// The middle of its voxels (before; of a new one, after) in LPS, mm.
    public let center: [Double]
    /// How much of an earlier tumor's contrast is left in the later scan, about 1 where it looks as
    /// before; `nil` where it is new or the earlier scan is not known.
    public let remainingContrast: Double?
  }

  /// The structure's name.
  public let structure: String
  /// Its volume before, in ml.
  public let millilitersBefore: Double
  /// Its volume after, in ml.
  public let millilitersAfter: Double
  /// Its tumors, the earlier ones first.
  public let tumors: [Tumor]

  /// The change of volume as a share of the volume before: −1 where it vanished; `nil` where there was
  /// none before.
  public var relativeChange: Double? {
    millilitersBefore > 0 ? millilitersAfter / millilitersBefore - 1 : nil
  }

  /// The contrast that is left where its later contours lie: the largest of those earlier tumors that
  /// persist in them; `nil` where there are none, where one is not known, or where a tumor is new, of
  /// which nothing earlier tells.
  public var remainingContrast: Double? {
    guard !tumors.contains(where: { $0.fate == .new }) else { return nil }
    let persisting = tumors.filter { $0.fate == .persists }.map(\.remainingContrast)
    let known = persisting.compactMap(\.self)
    return known.count == persisting.count ? known.max() : nil
  }
}

/// Compares the tumors of two contours of one patient, on one grid.
///
/// A later tumor belongs to the earlier one that it shares the most voxels with; one that shares none,
/// to the nearest earlier one up to `reach` mm away, from box to box; to none beyond that.
/// - Parameters:
///   - before: The earlier tumors, on the later scan's grid.
///   - after: The later tumors.
///   - scheme: The structures.
///   - reach: How far, in mm, registration and shrinking may have moved a tumor apart from itself.
/// - Returns: One change a structure of the scheme, in its order.
public func structureChanges(
  from before: [TumorInstance],
  to after: [TumorInstance],
  scheme: LabelScheme,
  reach: Double = 5
) -> [StructureChange] {
  scheme.entries.map { entry in
    let earlier = before.filter { $0.label == entry.label }
    let later = after.filter { $0.label == entry.label }
    var heirs = [Double](repeating: 0, count: earlier.count)
    var isAlive = [Bool](repeating: false, count: earlier.count)
    var new: [TumorInstance] = []
    for tumor in later {
      guard let ancestor = ancestor(of: tumor, among: earlier, reach: reach) else {
        new.append(tumor)
        continue
      }
      heirs[ancestor] += tumor.volume
      isAlive[ancestor] = true
    }
    let old = earlier.indices.map { index in
      StructureChange.Tumor(
        number: index + 1,
        fate: isAlive[index] ? .persists : .vanished,
        millilitersBefore: earlier[index].volume / 1000,
        millilitersAfter: heirs[index] / 1000,
        center: earlier[index].center,
        remainingContrast: earlier[index].remainingContrast
      )
    }
    let added = new.enumerated().map { index, tumor in
      StructureChange.Tumor(
        number: earlier.count + index + 1,
        fate: .new,
        millilitersBefore: 0,
        millilitersAfter: tumor.volume / 1000,
        center: tumor.center,
        remainingContrast: nil
      )
    }
    return StructureChange(
      structure: entry.name,
      millilitersBefore: earlier.reduce(0) { $0 + $1.volume } / 1000,
      millilitersAfter: later.reduce(0) { $0 + $1.volume } / 1000,
      tumors: old + added
    )
  }
}

private func ancestor(
  of tumor: TumorInstance,
  among earlier: [TumorInstance],
  reach: Double
) -> Int? {
  var best: (index: Int, shared: Int)?
  for (index, other) in earlier.enumerated() {
    let shared = sharedVoxels(tumor.mask, other.mask)
    if shared > 0, shared > best?.shared ?? 0 { best = (index, shared) }
  }
  if let best { return best.index }
  let distances = earlier.map { distance($0.box, tumor.box, spacing: tumor.mask.grid.spacing) }
  guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }),
    distances[nearest] <= reach
  else { return nil }
  return nearest
}

/// The number of voxels that two structures share.
private func sharedVoxels(_ a: CroppedMask, _ b: CroppedMask) -> Int {
  guard let first = a.box, let second = b.box else { return 0 }
  var count = 0
  for k in first.k.clamped(to: second.k) {
    for j in first.j.clamped(to: second.j) {
      for i in first.i.clamped(to: second.i) where a[i, j, k] && b[i, j, k] { count += 1 }
    }
  }
  return count
}

/// The distance between two boxes, in mm; 0 where they touch or overlap.
private func distance(_ a: VoxelBox, _ b: VoxelBox, spacing: SIMD3<Double>) -> Double {
  func gap(_ a: Range<Int>, _ b: Range<Int>) -> Double {
    Double(max(0, max(a.lowerBound - b.upperBound, b.lowerBound - a.upperBound)))
  }
  let gaps = SIMD3(gap(a.i, b.i), gap(a.j, b.j), gap(a.k, b.k)) * spacing
  return (gaps * gaps).sum().squareRoot()
}

extension TumorInstance {
  /// The mean of its voxels' centers in LPS, mm, rounded to 0.1 mm.
  fileprivate var center: [Double] {
    var sum = SIMD3<Double>(0, 0, 0)
    for k in box.k {
      for j in box.j {
        for i in box.i where mask[i, j, k] { sum += SIMD3(Double(i), Double(j), Double(k)) }
      }
    }
    let middle = Point<VoxelSpace>(sum / Double(max(1, voxelCount)))
    let point = mask.grid.patientFromVoxel(middle).coordinates
    return [point.x, point.y, point.z].map { ($0 * 10).rounded() / 10 }
  }
}
