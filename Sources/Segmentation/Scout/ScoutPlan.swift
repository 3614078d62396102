public import Foundation

/// What a scout's labels stand for, and how far around them its model is to look.
///
/// A scout is an ordinary model of low resolution in the folder `scout` of the model it serves. Its
/// labels are organs that can be seen at that resolution, and, for smaller ones, the regions that
/// they lie in. Written as `scout.json` beside the scout's `model.json`.
public struct ScoutPlan: Codable, Hashable, Sendable {
  /// A structure of the model, as the scout sees it.
  public struct Structure: Codable, Hashable, Sendable {
    /// The structure's name in the model.
    public var name: String
    /// The scout's label that holds it.
    public var label: UInt16
    /// Whether the label is this structure alone, so that it can answer for it coarsely.
    public var isAlone: Bool
    /// The share of its reference voxels that lay where windows were scheduled, on the validation
    /// cases; `nil` where none has it.
    public var recall: Double?

    /// A structure from its parts.
    public init(name: String, label: UInt16, isAlone: Bool, recall: Double? = nil) {
      self.name = name
      self.label = label
      self.isAlone = isAlone
      self.recall = recall
    }
  }

  /// Structures that are looked for together.
  public struct Region: Codable, Hashable, Sendable {
    /// What the region is called.
    public var name: String
    /// The place in the order of work; 1 comes first.
    public var priority: Int
    /// How far from the scout's answer the structures may lie, in mm.
    public var margin: Double
    /// Validation cases that have a structure of the region, and where the scout found none: then
    /// not finding it means nothing.
    public var missedCases: Int
    /// The structures.
    public var structures: [Structure]

    /// A region from its parts.
    public init(
      name: String,
      priority: Int,
      margin: Double,
      missedCases: Int = 0,
      structures: [Structure]
    ) {
      self.name = name
      self.priority = priority
      self.margin = margin
      self.missedCases = missedCases
      self.structures = structures
    }

    /// The labels that the scout gives to the region.
    public var labels: Set<UInt16> { Set(structures.map(\.label)) }
  }

  /// The version of the file's form.
  public var formatVersion: Int
  /// The regions; each structure of the model is in one of them.
  public var regions: [Region]
  /// On how many cases margins and recalls were measured.
  public var validationCases: Int

  /// The form that this program writes, and the last it reads.
  public static let currentVersion = 1
  /// The scout's folder in a model's.
  public static let folderName = "scout"
  /// The file's name.
  public static let fileName = "scout.json"

  /// A plan from its parts.
  public init(regions: [Region], validationCases: Int = 0) {
    formatVersion = Self.currentVersion
    self.regions = regions
    self.validationCases = validationCases
  }

  /// Reads the plan of a scout's folder.
  /// - Throws: ``ScoutError``.
  public init(contentsOf folder: URL) throws(ScoutError) {
    guard let data = try? Data(contentsOf: folder.appending(path: Self.fileName)) else {
      throw .missing
    }
    guard data.count <= 1 << 20, let plan = try? JSONDecoder().decode(Self.self, from: data) else {
      throw .unreadable(reason: "it is not as delineate scout writes it")
    }
    try plan.validate()
    self = plan
  }

  /// Writes the plan into a scout's folder.
  public func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: folder.appending(path: Self.fileName), options: .atomic)
  }

  private func validate() throws(ScoutError) {
    guard formatVersion == Self.currentVersion else {
      throw .unreadable(reason: "its form is \(formatVersion), expected \(Self.currentVersion)")
    }
    let structures = regions.flatMap(\.structures)
    guard !structures.isEmpty, Set(structures.map(\.name)).count == structures.count,
      structures.allSatisfy({ $0.label > 0 }), Set(regions.map(\.name)).count == regions.count
    else { throw .unreadable(reason: "a region or structure is missing, or there twice") }
    for region in regions
    where !(0...200).contains(region.margin) || !(1...1000).contains(region.priority) {
      throw .unreadable(
        reason: "\(region.name) has a margin of \(region.margin) mm and the place \(region.priority)"
      )
    }
  }
}

/// Why a model cannot be run by its scout.
public enum ScoutError: Error, Hashable {
  /// The model has no scout.
  case missing
  /// `scout.json` is not as expected.
  case unreadable(reason: String)
  /// The scout was made for other structures.
  case otherStructures(unknown: [String])
  /// The scout has no such labels, or takes scans that the model does not.
  case otherModel(reason: String)
  /// A structure is asked for that the model does not have.
  case unknownStructure(String, known: [String])
}

extension ScoutError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .missing:
      "Scout: the model has no folder scout with a scout.json; delineate scout makes it."
    case .unreadable(let reason):
      "Scout: scout.json cannot be used: \(reason)."
    case .otherStructures(let unknown):
      "Scout: it was made for other structures and does not know \(unknown.joined(separator: ", ")); "
        + "delineate scout makes one for this model."
    case .otherModel(let reason):
      "Scout: its network and scout.json do not belong together: \(reason)."
    case .unknownStructure(let name, let known):
      "Segment: the model has no structure \(name); it has \(known.joined(separator: ", "))."
    }
  }
}
