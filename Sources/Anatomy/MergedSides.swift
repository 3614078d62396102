/// Structures of both sides that a network sees as one class, and that are told apart by their place.
///
/// The network then never has to learn which side is which, every patch mirrored from side to side
/// is as good as the first, and each class has twice the voxels (Quetin et al., arXiv 2405.10833).
public struct MergedSides: Codable, Hashable, Sendable {
  /// What one of the network's labels becomes.
  public struct Structure: Codable, Hashable, Sendable {
    /// The label that the network writes.
    public var label: UInt16
    /// The label on the patient's left.
    public var left: UInt16
    /// The label on the patient's right; the left one's again where the structure has no side.
    public var right: UInt16

    /// What a label becomes on either side.
    public init(label: UInt16, left: UInt16, right: UInt16) {
      self.label = label
      self.left = left
      self.right = right
    }

    /// Whether the label stands for two structures.
    public var hasSides: Bool { left != right }
  }

  /// The structures of the finished label map.
  public var labels: LabelScheme
  /// What the network's labels become, one entry for each.
  public var structures: [Structure]

  /// Merged sides from their parts.
  public init(labels: LabelScheme, structures: [Structure]) {
    self.labels = labels
    self.structures = structures
  }

  /// Merges each left structure of a scheme with its right one.
  ///
  /// Merged classes are numbered 1…N in the order of the scheme's first of each pair. A structure
  /// whose partner is not there stays what it is.
  /// - Returns: The network's scheme, and how it is told apart again; `nil` where no structure has a
  ///   partner on the other side.
  public static func merging(_ scheme: LabelScheme) -> (merged: LabelScheme, sides: MergedSides)? {
    let pairs = StructureSides(scheme).pairs
    guard !pairs.isEmpty else { return nil }
    var entries: [LabelScheme.Entry] = []
    var structures: [Structure] = []
    for entry in scheme.entries {
      let label = UInt16(clamping: entries.count + 1)
      guard let pair = pairs.first(where: { [$0.left, $0.right].contains(entry.label) }) else {
        entries.append(.init(label: label, name: entry.name, color: entry.color))
        structures.append(.init(label: label, left: entry.label, right: entry.label))
        continue
      }
      guard !structures.contains(where: { $0.left == pair.left && $0.hasSides }) else { continue }
      let name = nameOfBoth(scheme.entry(label: pair.left)?.name ?? entry.name)
      entries.append(.init(label: label, name: name, color: entry.color))
      structures.append(.init(label: label, left: pair.left, right: pair.right))
    }
    let names = Set(entries.map(\.name))
    guard names.count == entries.count else { return nil }
    return (
      LabelScheme(entries: entries), MergedSides(labels: scheme, structures: structures)
    )
  }

  /// What merging calls the pairs among some structures.
  static func names(of structures: [String]) -> [String] {
    let entries = zip(1..., structures).map {
      LabelScheme.Entry(label: UInt16(clamping: $0), name: $1)
    }
    guard let (merged, sides) = merging(LabelScheme(entries: entries)) else { return [] }
    return sides.structures.filter(\.hasSides).compactMap { merged.entry(label: $0.label)?.name }
  }

  /// The name of a pair by that of its left structure: `Parotid` of `Parotid_L`, `Eye_A` of `Eye_AL`.
  private static func nameOfBoth(_ name: String) -> String {
    let canonical = StructureVocabulary.standard.canonicalName(of: name)
    if canonical.hasSuffix("_L") { return String(canonical.dropLast(2)) }
    if OrganAtRisk(named: canonical)?.laterality == .left { return String(canonical.dropLast()) }
    return "\(canonical) (both sides)"
  }

  /// The merged label of each of the finished map's labels.
  public var mergedLabels: [UInt16: UInt16] {
    Dictionary(
      structures.flatMap { [($0.left, $0.label), ($0.right, $0.label)] },
      uniquingKeysWith: { first, _ in first }
    )
  }
}
