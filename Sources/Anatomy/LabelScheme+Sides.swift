/// The structures of a scheme by the side of the patient that they lie on.
public struct StructureSides: Hashable, Sendable {
  /// A structure of the left side and the one of the right that it mirrors, by their labels.
  public struct Pair: Hashable, Sendable {
    /// The left structure's label.
    public var left: UInt16
    /// The right structure's label.
    public var right: UInt16
  }
  /// Left structures with their right ones, in the scheme's order.
  public let pairs: [Pair]
  /// The names of structures that have a side, and no partner on the other.
  public let alone: [String]

  /// Finds the sides of a scheme's structures, whatever their spelling.
  public init(_ scheme: LabelScheme) {
    let vocabulary = StructureVocabulary.standard
    let byName = Dictionary(
      scheme.entries.map { (vocabulary.identity(of: $0.name), $0.label) },
      uniquingKeysWith: { first, _ in first }
    )
    var pairs: [Pair] = []
    var alone: [String] = []
    for entry in scheme.entries {
      guard let (side, other) = Self.side(of: entry.name) else { continue }
      guard let partner = byName[other] else {
        alone.append(entry.name)
        continue
      }
      let pair =
        side == .left
        ? Pair(left: entry.label, right: partner) : Pair(left: partner, right: entry.label)
      if !pairs.contains(pair) { pairs.append(pair) }
    }
    (self.pairs, self.alone) = (pairs, alone)
  }

  /// The side of a structure, and the identity of the one on the other side; `nil` of one that has
  /// no side.
  private static func side(of name: String) -> (side: Laterality, other: String)? {
    let vocabulary = StructureVocabulary.standard
    if let organ = OrganAtRisk(named: name) {
      let stem = organ.tg263.dropLast()
      switch organ.laterality {
      case .left: return (.left, vocabulary.identity(of: stem + "R"))
      case .right: return (.right, vocabulary.identity(of: stem + "L"))
      case .none: return nil
      }
    }
    let identity = vocabulary.identity(of: name)
    if identity.hasSuffix("/L") { return (.left, identity.dropLast() + "R") }
    if identity.hasSuffix("/R") { return (.right, identity.dropLast() + "L") }
    return nil
  }
}
