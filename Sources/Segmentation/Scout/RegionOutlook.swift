import Anatomy
import Inference
import Models
import Preprocessing
import Volumes

/// What a scout's answer says about each region of a model before any window is run.
struct RegionOutlook {
  /// One region, in the order of work.
  struct Region {
    var plan: ScoutPlan.Region
    /// Where windows are needed; `nil` where none are.
    var need: BlockMask?
    /// Why windows are not needed, or needed elsewhere than where the scout found the region.
    var reason = ""
    /// What the region is without windows.
    var state = StructureState.fine
  }

  /// The regions, in the order of work.
  var regions: [Region]
  /// Whether the scout found nothing at all.
  let isEmpty: Bool
  /// The names of the structures that are asked for.
  let wanted: Set<String>

  /// An outlook from a scout's answer.
  /// - Throws: ``ScoutError``, ``RegionPriorityError`` where a name is not known.
  init(
    _ answer: ScoutAnswer,
    plan: ScoutPlan,
    _ prioritization: Prioritization,
    model: ModelPlan,
    grid: BlockGrid,
    restoration: GridRestoration,
    threads: Int
  ) throws {
    let wanted = try Self.wanted(prioritization.structures, of: model)
    let present = answer.present
    isEmpty = present.isEmpty
    let names = Set(model.labels.entries.map(\.name))
    var regions: [Region] = []
    for region in try Self.ordered(plan.regions, by: prioritization.priorities) {
      var region = region
      region.structures.removeAll { !names.contains($0.name) }
      guard !region.structures.isEmpty else { continue }
      var outlook = Region(plan: region)
      let asked = region.structures.filter { wanted.contains($0.name) }
      let found = region.labels.intersection(present)
      if asked.isEmpty {
        outlook.state = .unwanted
        outlook.reason = "not asked for"
      } else if found.isEmpty {
        outlook.state = .absent
        outlook.reason = "not found by the scout"
      } else {
        // Where one of those asked for was not found, the others of its region tell where it is.
        let own = Set(asked.map(\.label))
        outlook.need = answer.blocks(
          near: own.isSubset(of: present) ? own : region.labels,
          margin: region.margin,
          on: grid,
          of: restoration,
          threads: threads
        )
      }
      regions.append(outlook)
    }
    self.wanted = wanted
    self.regions = regions
    lookAround(plan, grid)
  }

  /// Looks for regions that the scout misses at times in the box around those that it found.
  private mutating func lookAround(_ plan: ScoutPlan, _ grid: BlockGrid) {
    let found = regions.compactMap(\.need)
    guard !found.isEmpty else { return }
    for index in regions.indices
    where regions[index].state == .absent && regions[index].plan.missedCases > 0 {
      var around = BlockMask(on: grid)
      var box: [Range<Int>]?
      for need in found {
        guard let own = need.boundingBox else { continue }
        box = box.map { known in
          (0..<3).map {
            min(known[$0].lowerBound, own[$0].lowerBound)..<max(
              known[$0].upperBound,
              own[$0].upperBound
            )
          }
        } ?? own
      }
      if let box { around.set(box) }
      regions[index].need = around
      regions[index].state = .fine
      regions[index].reason =
        "not found by the scout, which missed it in \(regions[index].plan.missedCases) of "
        + "\(plan.validationCases) cases before: looked for around the other regions"
    }
  }

  private static func wanted(
    _ names: [String],
    of model: ModelPlan
  ) throws(ScoutError) -> Set<String> {
    let known = model.labels.entries.map(\.name)
    guard !names.isEmpty else { return Set(known) }
    let vocabulary = StructureVocabulary.standard
    var result: Set<String> = []
    for name in names {
      let identity = vocabulary.identity(of: name)
      let matches = known.filter { vocabulary.identity(of: $0) == identity }
      guard !matches.isEmpty else { throw .unknownStructure(name, known: known) }
      result.formUnion(matches)
    }
    return result
  }

  private static func ordered(
    _ regions: [ScoutPlan.Region],
    by priorities: RegionPriorities
  ) throws(RegionPriorityError) -> [ScoutPlan.Region] {
    let anatomical = regions.map {
      AnatomicalRegion(name: $0.name, priority: $0.priority, members: $0.structures.map(\.name))
    }
    return try priorities.applied(to: anatomical).compactMap { one in
      guard var region = regions.first(where: { $0.name == one.name }) else { return nil }
      region.priority = one.priority
      return region
    }
  }

  /// The windows for what is needed; the whole grid where the scout found nothing.
  func schedule(
    model: ModelPlan,
    grid: BlockGrid,
    step: Double,
    order: WindowSchedule.Order,
    body: BodyExtent?
  ) -> WindowSchedule {
    let channels = model.outputs.channelsByLabel
    guard !isEmpty else {
      return WindowSchedule(
        everywhere: Self.wholeScan,
        on: grid,
        channels: channels.values.sorted(),
        step: step,
        body: body
      )
    }
    // What is not asked for may still lie beside what is, and wins its own voxels.
    let bystanders = regions.filter { $0.state == .unwanted }.flatMap(\.plan.structures)
    let labels = Dictionary(
      model.labels.entries.map { ($0.name, $0.label) },
      uniquingKeysWith: { first, _ in first }
    )
    let scheduled = regions.compactMap { region -> ScheduledRegion? in
      guard let need = region.need else { return nil }
      let structures = region.plan.structures + bystanders
      return ScheduledRegion(
        name: region.plan.name,
        priority: region.plan.priority,
        channels: structures.compactMap { labels[$0.name] }.compactMap { channels[$0] }.sorted(),
        need: need
      )
    }
    return WindowSchedule(regions: scheduled, on: grid, step: step, order: order)
  }

  /// What the one region of a full run is called.
  static let wholeScan = "whole scan"
}

extension ModelPlan.Outputs {
  /// The output channel of each label but background.
  var channelsByLabel: [UInt16: Int] {
    switch self {
    case .classes(let labels), .regions(let labels):
      Dictionary(
        labels.enumerated().filter { $0.element != 0 }.map { ($0.element, $0.offset) },
        uniquingKeysWith: { first, _ in first }
      )
    }
  }
}
