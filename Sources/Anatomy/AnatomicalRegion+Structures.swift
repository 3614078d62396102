public import Foundation

extension AnatomicalRegion {
  /// Structures beyond HaN-Seg's thirty, by the region of ``headAndNeck`` that they lie in.
  private static let furtherMembers: [String: [String]] = [
    "neuraxis": ["SpinalCanal", "Brain"],
    "orbits-optics": [
      "Eye_L", "Eye_R", "Lens_L", "Lens_R", "Orbit_L", "Orbit_R", "Retina_L", "Retina_R",
    ],
    "skull-base-ears": [
      "Ear_Middle_L", "Ear_Middle_R", "Ear_Internal_L", "Ear_Internal_R", "Hypothalamus",
      "Hippocampus_L", "Hippocampus_R", "Lobe_Temporal_L", "Lobe_Temporal_R",
    ],
    "pharynx-larynx": [
      "Larynx", "Musc_Constrict", "Pharynx_Hypo", "Pharynx_Naso", "Pharynx_Oro",
      "Cartlg_Thyroid", "Cartlg_Cricoid", "Bone_Hyoid",
    ],
    "oral": ["Tongue", "Palate_Hard", "Palate_Soft", "Joint_TM_L", "Joint_TM_R", "Cavity_Nasal"],
    "vessels-thyroid-esophagus": ["Esophagus", "Trachea", "BrachialPlex_L", "BrachialPlex_R"],
  ]

  /// The targets: looked for with the first organs.
  private static let tumors = AnatomicalRegion(
    name: "tumors",
    priority: 1,
    members: ["GTVp", "GTVn"]
  )

  /// The regions of some structures, in the order of work; each structure is in one of them.
  ///
  /// Members keep their given spelling; pairs may be merged (`Parotid`). A structure that no region knows is a region of its own, and
  /// comes last.
  /// - Parameter structures: The structures' names, in any spelling.
  /// - Returns: The regions that have a member among them.
  public static func regions(of structures: [String]) -> [AnatomicalRegion] {
    var known = (headAndNeck + [tumors]).map { region in
      AnatomicalRegion(name: region.name, priority: region.priority, members: [])
    }
    let vocabulary = StructureVocabulary.standard
    var places: [String: Int] = [:]
    for (place, region) in (headAndNeck + [tumors]).enumerated() {
      let members = region.members + (furtherMembers[region.name] ?? [])
      // A network that sees both sides as one has a name of its own for them.
      for member in members + MergedSides.names(of: members) {
        places[vocabulary.identity(of: member)] = place
      }
    }
    let last = (known.map(\.priority).max() ?? 0) + 1
    var others: [AnatomicalRegion] = []
    for structure in structures {
      if let place = places[vocabulary.identity(of: structure)] {
        known[place].members.append(structure)
      } else {
        others.append(AnatomicalRegion(name: structure, priority: last, members: [structure]))
      }
    }
    let found = (known + others).filter { !$0.members.isEmpty }
    return found.enumerated()
      .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
      .map(\.element)
  }
}

/// What a clinic thinks more or less urgent than ``AnatomicalRegion/headAndNeck`` does.
///
/// As JSON: one object of regions or structures and their places, 1 first, such as
/// `{"salivary": 1, "OpticChiasm": 2}`. A region comes as early as its most important structure.
public struct RegionPriorities: Hashable, Sendable {
  /// The places by the name of a region or a structure in any spelling.
  public var places: [String: Int]

  /// Priorities from their places; none changes nothing.
  public init(_ places: [String: Int] = [:]) { self.places = places }

  /// Priorities from JSON.
  /// - Throws: ``RegionPriorityError``.
  public init(json: Data) throws(RegionPriorityError) {
    guard let places = try? JSONDecoder().decode([String: Int].self, from: json) else {
      throw .notAnObject
    }
    for (name, place) in places.sorted(by: { $0.key < $1.key }) where !(1...1000).contains(place) {
      throw .impossiblePlace(name: name, place: place)
    }
    self.places = places
  }

  /// The regions with these priorities, in the order of work.
  /// - Throws: ``RegionPriorityError`` where a name is neither a region nor one of their structures.
  public func applied(
    to regions: [AnatomicalRegion]
  ) throws(RegionPriorityError) -> [AnatomicalRegion] {
    var result = regions
    let vocabulary = StructureVocabulary.standard
    for (name, place) in places.sorted(by: { $0.key < $1.key }) {
      if let index = result.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
        result[index].priority = place
      }
    }
    for (name, place) in places.sorted(by: { $0.key < $1.key }) {
      if result.contains(where: { $0.name.lowercased() == name.lowercased() }) { continue }
      let identity = vocabulary.identity(of: name)
      let index = result.firstIndex { region in
        region.members.contains { vocabulary.identity(of: $0) == identity }
      }
      guard let index else {
        throw .unknownName(name, known: regions.map(\.name) + regions.flatMap(\.members))
      }
      result[index].priority = min(result[index].priority, place)
    }
    return result.enumerated()
      .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
      .map(\.element)
  }
}

/// Why priorities cannot be followed.
public enum RegionPriorityError: Error, Hashable {
  /// The JSON is not an object of names and whole numbers.
  case notAnObject
  /// A place is not from 1 to 1000.
  case impossiblePlace(name: String, place: Int)
  /// A name is neither a region nor a structure of the model.
  case unknownName(String, known: [String])
}

extension RegionPriorityError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .notAnObject:
      "Priorities: a JSON object is expected, {\"region or structure\": place, …}, 1 first."
    case .impossiblePlace(let name, let place):
      "Priorities: \"\(name)\" has the place \(place), expected 1 to 1000."
    case .unknownName(let name, let known):
      "Priorities: \"\(name)\" is neither a region nor a structure of the model: "
        + "\(known.joined(separator: ", "))."
    }
  }
}
