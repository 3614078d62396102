/// The names of structures as data: for each spelling the one name that tables use.
///
/// Canonical names follow AAPM TG-263 (2018) as HaN-Seg writes them. Spellings are compared folded:
/// case, separators and accents do not count, and words for the side may stand before or behind
/// (`Parotid_L`, `Left Parotid`, `parotid-lt`). A name that is not known keeps its own spelling. Two
/// organs never share a name: Larynx is not Larynx_SG, Esophagus not Esophagus_S.
public struct StructureVocabulary: Hashable, Sendable {
  private var names: [String: String]
  private var pairs: [String: String]
  private var own: [String: String] = [:]

  /// The spellings of HaN-Seg, DeepMind's TCIA set, OpenKBP, HNTS-MRG, TotalSegmentator and many
  /// clinics.
  public static let standard = StructureVocabulary()

  private init() {
    names = [:]
    pairs = [:]
    for (name, spellings) in Self.single {
      for spelling in [name] + spellings { names[folded(spelling)] = name }
    }
    for (name, spellings) in Self.paired {
      for spelling in [name] + spellings { pairs[folded(spelling)] = name }
    }
  }

  /// The vocabulary with a clinic's own spellings, which come before the standard ones.
  /// - Throws: ``VocabularyError`` where one spelling stands for two names.
  public func adding(
    _ mapping: [(spelling: String, name: String)]
  ) throws(VocabularyError) -> StructureVocabulary {
    var result = self
    for (spelling, name) in mapping {
      let key = Self.key(spelling)
      let canonical = canonicalName(of: name)
      guard !folded(spelling).isEmpty, !folded(name).isEmpty else {
        throw .emptyName(spelling: spelling, name: name)
      }
      if let known = result.own[key], known != canonical {
        throw .twoNames(spelling: spelling, known, canonical)
      }
      result.own[key] = canonical
    }
    return result
  }

  /// The name that tables use for a spelling; unknown ones come back without blanks at their ends.
  public func canonicalName(of spelling: String) -> String {
    if let name = own[Self.key(spelling)] { return name }
    return standardName(of: spelling) ?? trimmed(spelling)
  }

  /// Whether the vocabulary knows the spelling.
  public func isKnown(_ spelling: String) -> Bool {
    own[Self.key(spelling)] != nil || standardName(of: spelling) != nil
  }

  /// What two spellings of one structure have in common: the same for known and for unknown names
  /// that differ in case, separators or the word for the side alone.
  public func identity(of spelling: String) -> String { Self.key(canonicalName(of: spelling)) }

  /// The color of contours and legends: the organ's own, or else one of the palette, by the name.
  public func color(of spelling: String) -> StructureColor {
    let name = canonicalName(of: spelling)
    if let color = OrganAtRisk(tg263: name)?.color { return color }
    // FNV-1a: the same on every machine and in every run.
    let hash = Self.key(name).utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return .palette(Int(hash % 12))
  }

  private func standardName(of spelling: String) -> String? {
    let name = folded(spelling)
    if let single = names[name] ?? pairs[name] { return single }
    let parts = words(of: spelling)
    for (side, words) in Self.sideWords {
      // A single letter means a side only as a word of its own: "cochlear" is no right cochlea.
      for word in words where word.count > 1 || parts.last == word {
        if name.hasSuffix(word), let pair = pairs[String(name.dropLast(word.count))] {
          return Self.joined(pair, side)
        }
      }
      for word in words where word.count > 1 || parts.first == word {
        if name.hasPrefix(word), let pair = pairs[String(name.dropFirst(word.count))] {
          return Self.joined(pair, side)
        }
      }
    }
    return nil
  }

  /// `Eye_A` and `Eye_P` take their side without an underscore, as in HaN-Seg.
  private static func joined(_ pair: String, _ side: String) -> String {
    pair == "Eye_A" || pair == "Eye_P" ? pair + side : pair + "_" + side
  }

  /// The folded words with the side, where one stands first or last, at the end.
  private static func key(_ spelling: String) -> String {
    var words = words(of: spelling)
    guard words.count > 1 else { return words.joined() }
    for (side, spellings) in sideWords {
      for index in [words.count - 1, 0] where spellings.contains(words[index]) {
        words.remove(at: index)
        return words.joined() + "/" + side
      }
    }
    return words.joined()
  }

  private static let sideWords: [(side: String, words: [String])] = [
    ("L", ["left", "lft", "lt", "l"]), ("R", ["right", "rght", "rt", "r"]),
  ]
}

/// Why spellings cannot be added to a vocabulary.
public enum VocabularyError: Error, Hashable {
  /// One spelling stands for two names.
  case twoNames(spelling: String, String, String)
  /// A spelling or a name has neither letters nor digits.
  case emptyName(spelling: String, name: String)
  /// The text is not a table of names; the number of the first line that is not.
  case notATable(line: Int)
  /// The JSON is not one object of texts.
  case notAnObject
}

extension VocabularyError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .twoNames(let spelling, let first, let second):
      "Names: \"\(spelling)\" stands for both \(first) and \(second); one name is expected."
    case .emptyName(let spelling, let name):
      "Names: \"\(spelling)\" for \"\(name)\"; both need a letter or a digit."
    case .notATable(let line):
      "Names: line \(line) is not \"spelling,name\"."
    case .notAnObject:
      "Names: one JSON object of \"spelling\": \"name\" is expected."
    }
  }
}

extension OrganAtRisk {
  /// The organ with exactly this TG-263 name.
  init?(tg263 name: String) {
    guard let organ = Self.byTG263[name] else { return nil }
    self = organ
  }

  private static let byTG263 = Dictionary(uniqueKeysWithValues: allCases.map { ($0.tg263, $0) })
}
