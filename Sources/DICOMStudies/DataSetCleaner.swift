internal import Anatomy
internal import Foundation

/// Goes through a data set and the items in it, and leaves what identifies no one.
struct DataSetCleaner {
  private let pseudonymizer: Pseudonymizer
  private let characters: CharacterSet
  /// The UIDs that were replaced.
  private(set) var uids: Set<String> = []

  init(_ pseudonymizer: Pseudonymizer, patient: DataSet) {
    self.pseudonymizer = pseudonymizer
    characters = CharacterSet(patient)
  }

  /// The data set without what the profile removes, and with what it replaces.
  mutating func cleaned(_ set: DataSet, isPlain: Bool = false) -> DataSet {
    var result = DataSet()
    for element in set.elements {
      if let kept = cleaned(element, of: set, isPlain: isPlain) { result[element.tag] = kept }
    }
    return result
  }

  // With `isPlain`, text goes that is not known to be harmless.
  private mutating func cleaned(
    _ element: DataSet.Element,
    of set: DataSet,
    isPlain: Bool
  ) -> DataSet.Element? {
    let number = element.tag.number
    let group = element.tag.group
    // Curves, overlays' pixels and comments; lengths of groups, which are no longer so.
    if element.tag.isPrivate || group & 0xFF00 == 0x5000 || number & 0xFFFF == 0 { return nil }
    if group & 0xFF00 == 0x6000, [0x3000, 0x4000].contains(number & 0xFFFF) { return nil }
    if DeidentificationProfile.removed.contains(number) { return nil }
    if let name = structureName(element, of: set) { return name }
    if DeidentificationProfile.emptied.contains(number) {
      return DataSet.Element(
        tag: element.tag,
        representation: element.representation,
        value: element.isSequence ? .items([]) : .bytes([])
      )
    }
    let isReplaced = DeidentificationProfile.replaced.contains(number)
    switch element.value {
    case .items(let items):
      var copy = element
      copy.value = .items(items.map { cleaned($0, isPlain: isPlain || isReplaced) })
      return copy
    case .bytes(let bytes):
      if element.representation == "UI" { return mapped(element, bytes) }
      guard isReplaced || isPlain && Self.text.contains(element.representation) else {
        return element
      }
      var copy = element
      copy.value = .bytes(Self.dummy(element.representation))
      return copy
    }
  }

  private mutating func mapped(_ element: DataSet.Element, _ bytes: [UInt8]) -> DataSet.Element {
    var found: [String] = []
    let values = DataSet.Element.mapped(bytes) { uid in
      let other = pseudonymizer.pseudonym(ofUID: uid)
      if other != uid { found.append(uid) }
      return other
    }
    uids.formUnion(found)
    guard !found.isEmpty else { return element }
    var copy = element
    copy.value = .bytes(values)
    return copy
  }

  /// A structure's or segment's name where the vocabulary knows it, or else its number.
  private func structureName(_ element: DataSet.Element, of set: DataSet) -> DataSet.Element? {
    let (number, word): (Tag, String)
    switch element.tag {
    case .roiName: (number, word) = (.roiNumber, "ROI")
    case .segmentLabel: (number, word) = (.segmentNumber, "Segment")
    default: return nil
    }
    let name = set.text(element.tag, in: characters) ?? ""
    let isTarget = name.wholeMatch(of: /(?i)(GTV|CTV|PTV)[a-z]?[-_ ]?[0-9]{0,4}/) != nil
    if isTarget || StructureVocabulary.standard.isKnown(name) { return element }
    var copy = element
    copy.value = .bytes(Array("\(word)_\(set.integers(number).first ?? 0)".utf8))
    return copy
  }

  /// Representations that can hold what someone wrote.
  private static let text: Set<String> = [
    "AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "UN", "DA", "DT", "TM",
  ]

  /// A value without a meaning.
  private static func dummy(_ representation: String) -> [UInt8] {
    switch representation {
    case "DA": Array("19000101".utf8)
    case "DT": Array("19000101000000".utf8)
    case "TM": Array("000000".utf8)
    case "AS": Array("000Y".utf8)
    case "OB", "OW", "UN": [0, 0]
    default: Array("REMOVED".utf8)
    }
  }
}

extension DataSet.Element {
  fileprivate var isSequence: Bool {
    if case .items = value { return true }
    return false
  }
}

extension Tag {
  static let identityRemoved = Tag(0x0012_0062)
  static let deidentificationMethod = Tag(0x0012_0063)
  static let deidentificationCodes = Tag(0x0012_0064)
  static let burnedIn = Tag(0x0028_0301)
  static let temporalInformation = Tag(0x0028_0303)
  static let ownAttributes = Tag(0x0099_0010)
  static let originalUIDs = Tag(0x0099_1001)
  static let encryptedAttributes = Tag(0x0400_0500)
  static let encryptedSyntax = Tag(0x0400_0510)
  static let encryptedContent = Tag(0x0400_0520)
  static let modifiedAttributes = Tag(0x0400_0550)
}
