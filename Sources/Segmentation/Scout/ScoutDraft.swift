import Anatomy

/// How a model's structures are divided into a scout's labels, before the scout is trained.
///
/// A structure that is large enough for the scout's voxels has a label of its own, so that the scout
/// can answer for it; the smaller ones of a region share one.
public struct ScoutDraft: Hashable, Sendable {
  /// One label of the scout.
  public struct Label: Hashable, Sendable {
    /// The structure's name, or the region's.
    public var name: String
    /// The model's structures that it holds.
    public var structures: [String]
  }

  /// The labels, numbered from 1 in their order.
  public let labels: [Label]
  /// What they stand for; margins are not measured yet.
  public let plan: ScoutPlan

  /// How many of the scout's voxels a structure must fill to have a label of its own.
  public static let smallestVoxelCount = 16.0

  /// A division of some structures.
  /// - Parameters:
  ///   - structures: The model's structures.
  ///   - volumes: Their median volumes in mm³; what is missing counts as small.
  ///   - voxelVolume: The volume of the scout's voxels in mm³.
  public init(structures: [String], volumes: [String: Double], voxelVolume: Double) {
    let grouping = AnatomicalRegion.regions(of: structures)
    func isAlone(_ name: String, in region: AnatomicalRegion) -> Bool {
      region.members.count == 1 || (volumes[name] ?? 0) >= Self.smallestVoxelCount * voxelVolume
    }
    // Labels follow the model's own order of structures.
    var labels: [Label] = []
    var numbers: [String: UInt16] = [:]
    for name in structures {
      guard numbers[name] == nil,
        let region = grouping.first(where: { $0.members.contains(name) })
      else { continue }
      let shared = region.members.filter { !isAlone($0, in: region) }
      let members = isAlone(name, in: region) ? [name] : shared
      labels.append(
        Label(name: members.count == 1 ? members[0] : region.name, structures: members)
      )
      for member in members { numbers[member] = UInt16(clamping: labels.count) }
    }
    let regions = grouping.map { region in
      ScoutPlan.Region(
        name: region.name,
        priority: region.priority,
        margin: 0,
        structures: region.members.map { name in
          let number = numbers[name] ?? 0
          return .init(
            name: name,
            label: number,
            isAlone: labels.indices.contains(Int(number) - 1)
              && labels[Int(number) - 1].structures.count == 1
          )
        }
      )
    }
    self.labels = labels
    plan = ScoutPlan(regions: regions)
  }
}
