public import Foundation

extension LabelScheme {
  /// The schemes that have a name on the command line.
  public static let names = ["hanseg", "openkbp", "hntsmrg"]

  /// A scheme by its name: HaN-Seg's 30 organs, OpenKBP's 7, or HNTS-MRG's two targets.
  /// - Returns: `nil` where there is none of the name.
  public init?(named name: String) {
    switch name.lowercased() {
    case "hanseg":
      self.init(
        entries: OrganAtRisk.allCases.compactMap { organ in
          UInt16(exactly: organ.rawValue).map { Entry(label: $0, name: organ.tg263) }
        }
      )
    case "openkbp":
      self.init(numbering: [
        "Brainstem", "SpinalCord", "RightParotid", "LeftParotid", "Mandible", "Larynx", "Esophagus",
      ])
    case "hntsmrg":
      self.init(numbering: ["GTVp", "GTVn"])
    default:
      return nil
    }
  }

  private init(numbering names: [String]) {
    self.init(
      entries: zip(1..., names).map { Entry(label: $0, name: $1) }
    )
  }

  /// A scheme from JSON.
  ///
  /// nnU-Net's `dataset.json` (its `labels`, either way around), or one object of names and
  /// numbers. Background, 0, is left out; entries are ordered by label.
  /// - Throws: ``LabelSchemeError``.
  public init(json: Data) throws(LabelSchemeError) {
    guard let root = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw .notAnObject
    }
    var entries: [Entry] = []
    for (key, value) in root["labels"] as? [String: Any] ?? root {
      // The medical decathlon's files have the number first.
      let isNumberFirst = value is String && Int(key) != nil
      let name = isNumberFirst ? value as? String : key
      let number = isNumberFirst ? Int(key) : (value as? NSNumber).flatMap(Self.whole)
      guard let name, let number, let label = UInt16(exactly: number) else {
        throw .notALabel(name: key)
      }
      if label > 0 { entries.append(Entry(label: label, name: name)) }
    }
    guard !entries.isEmpty else { throw .empty }
    entries.sort { ($0.label, $0.name) < ($1.label, $1.name) }
    for (entry, next) in zip(entries, entries.dropFirst()) where entry.label == next.label {
      throw .twoNames(label: entry.label, entry.name, next.name)
    }
    self.init(entries: entries)
  }

  private static func whole(_ number: NSNumber) -> Int? { Int(exactly: number.doubleValue) }
}

/// Why JSON is not a scheme of labels.
public enum LabelSchemeError: Error, Hashable {
  /// The JSON is not an object.
  case notAnObject
  /// A structure's label is not one whole number from 0 to 65535 (nnU-Net's regions are several).
  case notALabel(name: String)
  /// Two structures have one label.
  case twoNames(label: UInt16, String, String)
  /// There is no structure but background.
  case empty
}

extension LabelSchemeError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .notAnObject:
      "Labels: a JSON object is expected, {\"name\": number} or nnU-Net's dataset.json."
    case .notALabel(let name):
      "Labels: \"\(name)\" has no whole number from 0 to 65535; regions of several labels are not read."
    case .twoNames(let label, let first, let second):
      "Labels: \(first) and \(second) both have the number \(label)."
    case .empty:
      "Labels: there is no structure but background."
    }
  }
}
