internal import Anatomy
public import Foundation

/// A structure that follows from others by a rule: margins, unions, intersections, differences.
///
/// Rules stand in a JSON list and are applied in its order; a rule may use what one before it made:
///
///     [{"name": "SpinalCord_PRV", "union": ["SpinalCord"], "margin": 5},
///      {"name": "Parotids", "union": ["Parotid_L", "Parotid_R"]},
///      {"name": "Ring", "union": ["PTV"], "margin": 10, "minus": ["PTV"], "crop": "body"}]
///
/// First the union or intersection, then the margin, then what is taken away, then the crop.
public struct DerivedStructure: Hashable, Sendable, Codable {
  /// What a structure is cropped to.
  public enum Crop: String, Hashable, Sendable, Codable {
    /// The patient's body, found in the scan.
    case body
  }

  /// The name of the new structure.
  public var name: String
  /// Voxels of any of these.
  public var union: [String]?
  /// Voxels of all of these.
  public var intersection: [String]?
  /// How far the border moves outwards in all directions, in mm; negative inwards.
  public var margin: Double?
  /// Voxels of these are taken away.
  public var minus: [String]?
  /// What the structure is cropped to.
  public var crop: Crop?
  /// DICOM's RT ROI Interpreted Type; AVOIDANCE for names that end in PRV, else ORGAN.
  public var type: String?
  /// The color as "#RRGGBB".
  public var color: String?

  /// Reads rules.
  /// - Returns: The rules in their order.
  /// - Throws: ``DerivedStructureError``.
  public static func rules(json: Data) throws(DerivedStructureError) -> [DerivedStructure] {
    let rules: [DerivedStructure]
    do { rules = try JSONDecoder().decode([DerivedStructure].self, from: json) } catch {
      throw .notAList
    }
    for rule in rules {
      guard !rule.name.isEmpty, rule.name.count <= 64 else { throw .badName(rule.name) }
      guard (rule.union == nil) != (rule.intersection == nil),
        !(rule.union ?? rule.intersection ?? []).isEmpty
      else { throw .noSource(rule.name) }
      guard (rule.margin ?? 0).magnitude <= 100 else { throw .badMargin(rule.name) }
      guard rule.color.map({ StructureColor(hexadecimal: $0) != nil }) != false else {
        throw .badColor(rule.name)
      }
      guard rule.type.map(ClinicNames.isTerm) != false else { throw .badType(rule.name) }
    }
    return rules
  }
}

/// Why rules for structures cannot be followed.
public enum DerivedStructureError: Error, Hashable {
  /// The JSON is not a list of rules.
  case notAList
  /// A name is empty or too long.
  case badName(String)
  /// A rule has neither a union nor an intersection, or both.
  case noSource(String)
  /// A margin is beyond 100 mm.
  case badMargin(String)
  /// A color is not "#RRGGBB".
  case badColor(String)
  /// A type is not one of DICOM's code strings.
  case badType(String)
  /// A rule names a structure that is not there.
  case unknownStructure(rule: String, structure: String)
  /// A rule's name is that of another structure.
  case nameTaken(String)
  /// A rule crops to the body, and there is no scan to find it in.
  case noScan(rule: String)
}

extension DerivedStructureError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .notAList:
      """
      Rules: a JSON list of objects with "name", "union" or "intersection", and "margin", "minus", \
      "crop", "type", "color" is expected.
      """
    case .badName(let name):
      "Rules: the name \"\(name)\" must have 1 to 64 characters."
    case .noSource(let rule):
      "Rules: \(rule) needs either a union or an intersection of at least one structure."
    case .badMargin(let rule):
      "Rules: the margin of \(rule) must be from -100 to 100 mm."
    case .badColor(let rule):
      "Rules: the color of \(rule) must be written #RRGGBB."
    case .badType(let rule):
      "Rules: the type of \(rule) must be a DICOM term such as ORGAN or AVOIDANCE."
    case .unknownStructure(let rule, let structure):
      "Rules: \(rule) uses \(structure), which is neither contoured nor made by a rule before."
    case .nameTaken(let name):
      "Rules: there is a structure \(name) already."
    case .noScan(let rule):
      "Rules: \(rule) crops to the body, which needs the scan."
    }
  }
}
