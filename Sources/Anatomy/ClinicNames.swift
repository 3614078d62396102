public import Foundation

/// What a clinic calls structures in its planning system, and how it shows them.
///
/// One JSON object whose keys are names in any spelling that ``StructureVocabulary`` knows, and whose
/// values are the clinic's names, or objects of `name`, `color` ("#RRGGBB") and `type` (DICOM's RT
/// ROI Interpreted Type):
///
///     {"Parotid_L": "Parotis li", "SpinalCord": {"name": "Myelon", "color": "#00FF00"}}
public struct ClinicNames: Hashable, Sendable {
  /// What is known of one structure.
  public struct Entry: Hashable, Sendable {
    /// The clinic's name, at most 64 characters.
    public var name: String
    /// Its color, where the clinic has one.
    public var color: StructureColor?
    /// Its RT ROI Interpreted Type, where the clinic sets one.
    public var interpretedType: String?
  }

  private var entries: [String: Entry] = [:]

  /// No names of a clinic's own.
  public init() {}

  /// Names from JSON.
  /// - Throws: ``ClinicNamesError``.
  public init(json: Data) throws(ClinicNamesError) {
    guard let root = try? JSONDecoder().decode([String: Form].self, from: json) else {
      throw .notAnObject
    }
    for (key, form) in root.sorted(by: { $0.key < $1.key }) {
      let identity = StructureVocabulary.standard.identity(of: key)
      let name = trimmed(form.name ?? StructureVocabulary.standard.canonicalName(of: key))
      guard !name.isEmpty, name.count <= 64, !name.contains("\\") else {
        throw .badName(structure: key)
      }
      guard entries[identity] == nil else { throw .twice(structure: key) }
      var color: StructureColor?
      if let text = form.color {
        guard let parsed = StructureColor(hexadecimal: text) else {
          throw .badColor(structure: key)
        }
        color = parsed
      }
      if let type = form.type {
        guard Self.isTerm(type) else { throw .badType(structure: key) }
      }
      entries[identity] = Entry(name: name, color: color, interpretedType: form.type)
    }
  }

  /// What the clinic says of a structure in any spelling.
  public func entry(of spelling: String) -> Entry? {
    entries[StructureVocabulary.standard.identity(of: spelling)]
  }

  /// Whether a text can be one of DICOM's terms: up to 16 capitals and underscores.
  package static func isTerm(_ text: String) -> Bool {
    (1...16).contains(text.count)
      && text.allSatisfy { $0.isASCII && ($0.isUppercase || $0 == "_") }
  }

  /// A value of the JSON: a name, or an object.
  private struct Form: Decodable {
    var name: String?
    var color: String?
    var type: String?

    private enum CodingKeys: CodingKey { case name, color, type }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        name = text
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decodeIfPresent(String.self, forKey: .name)
      color = try container.decodeIfPresent(String.self, forKey: .color)
      type = try container.decodeIfPresent(String.self, forKey: .type)
    }
  }
}

extension StructureColor {
  /// A color as web pages write it: "#RRGGBB".
  /// - Returns: `nil` where the text is another.
  public init?(hexadecimal text: String) {
    let digits = text.dropFirst()
    guard text.first == "#", digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit),
      let number = UInt32(digits, radix: 16)
    else { return nil }
    self.init(
      UInt8(number >> 16 & 0xFF),
      UInt8(number >> 8 & 0xFF),
      UInt8(number & 0xFF)
    )
  }
}

/// Why a file does not hold a clinic's names.
public enum ClinicNamesError: Error, Hashable {
  /// The JSON is not one object of names.
  case notAnObject
  /// A name is empty, longer than 64 characters, or holds a backslash.
  case badName(structure: String)
  /// A color is not "#RRGGBB".
  case badColor(structure: String)
  /// A type is not one of DICOM's code strings.
  case badType(structure: String)
  /// Two spellings of one structure are given.
  case twice(structure: String)
}

extension ClinicNamesError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .notAnObject:
      "Names: one JSON object is expected, {\"Parotid_L\": \"the clinic's name\"}."
    case .badName(let structure):
      "Names: \(structure) needs a name of 1 to 64 characters without a backslash."
    case .badColor(let structure):
      "Names: the color of \(structure) must be written #RRGGBB."
    case .badType(let structure):
      "Names: the type of \(structure) must be a DICOM term such as ORGAN or AVOIDANCE."
    case .twice(let structure):
      "Names: \(structure) is given twice, in two spellings."
    }
  }
}
