public import Foundation
import ImageProcessing
import Inference
public import Models
import NeuralNetworks
import Preprocessing
import Torch
public import Volumes

/// A case that a scout is measured on.
public struct ScoutCase: Sendable {
  /// The scans in the order of the model that the scout serves.
  public var channels: [Volume<Float>]
  /// The reference contours.
  public var labels: LabelMap
  /// The label of each of the model's structures in them.
  public var structures: [String: UInt16]

  /// A case from its parts.
  public init(channels: [Volume<Float>], labels: LabelMap, structures: [String: UInt16]) {
    self.channels = channels
    self.labels = labels
    self.structures = structures
  }
}

/// What measuring a scout came to.
public struct ScoutMeasurement: Sendable {
  /// The plan with its margins, recalls and missed cases.
  public let plan: ScoutPlan
  /// The windows of all cases: those of the schedules, and those that cover whole scans.
  public let windows: (scheduled: Int, possible: Int)
}

extension SegmentationService {
  /// The share of a structure's voxels that windows must reach.
  public static let wantedRecall = 0.999

  /// The shares of a structure's voxels that margins are tried for, the last one where none suffices.
  static let marginShares = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]

  /// Measures how far from a scout's answer structures lie, and what its windows reach.
  ///
  /// A region's margin holds a share of the reference voxels of each of its structures, over the cases
  /// in which the scout found the region: the smallest of ``marginShares`` with which the cores of the
  /// scheduled windows reach ``wantedRecall`` of them.
  /// - Parameters:
  ///   - folder: The scout's model folder.
  ///   - draft: What its labels stand for.
  ///   - fine: The plan of the model that it serves.
  ///   - count: How many cases there are.
  ///   - threads: How many threads work.
  ///   - load: Reads a case; called several times for each.
  ///   - progress: Called with cases that the scout has looked at, of all.
  /// - Returns: The plan with what was measured.
  /// - Throws: The error of the stage that failed.
  public func measureScout(
    at folder: URL,
    draft: ScoutPlan,
    for fine: ModelPlan,
    cases count: Int,
    threads: Int,
    load: @Sendable (Int) throws -> ScoutCase,
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> ScoutMeasurement {
    try TorchRuntime.start(threads: threads)
    let model = try LoadedModel(.init(url: folder, folds: nil, placement: Placement()))
    let scout = try Scout(model: model, plan: draft, for: fine)
    var distances: [String: DistanceCounts] = [:]
    var missed: [String: Int] = [:]
    var answers: [ScoutAnswer] = []
    for number in 0..<count {
      let one = try load(number)
      let answer = try scout.look(at: one.channels, of: fine, threads: threads).answer
      for region in draft.regions {
        let wanted = region.structures.filter { structure in
          one.structures[structure.name].map { one.labels.voxels.contains($0) } ?? false
        }
        guard !wanted.isEmpty else { continue }
        guard let field = answer.distances(to: region.labels) else {
          missed[region.name, default: 0] += 1
          continue
        }
        for structure in wanted {
          guard let label = one.structures[structure.name] else { continue }
          distances[structure.name, default: DistanceCounts()]
            .add(one.labels, label: label, field: field, places: answer.places)
        }
      }
      answers.append(answer)
      progress(number + 1, count)
    }
    var plan = draft
    plan.validationCases = count
    // Windows reach further than the margins that they are scheduled by: begin with small ones.
    var levels = [Int](repeating: 0, count: plan.regions.count)
    while true {
      for index in plan.regions.indices {
        let members = plan.regions[index].structures.compactMap { distances[$0.name] }
        let share = Self.marginShares[levels[index]]
        plan.regions[index].margin = members.map { $0.margin(share) }.max() ?? 0
        plan.regions[index].missedCases = missed[plan.regions[index].name] ?? 0
      }
      var reach = Reach()
      for number in 0..<count {
        try reach.add(load(number), answers[number], plan: plan, fine: fine, threads: threads)
      }
      for region in plan.regions.indices {
        for index in plan.regions[region].structures.indices {
          let name = plan.regions[region].structures[index].name
          plan.regions[region].structures[index].recall = reach.recall(of: name)
        }
      }
      let short = plan.regions.indices.filter { index in
        levels[index] + 1 < Self.marginShares.count
          && plan.regions[index].structures.contains { ($0.recall ?? 1) < Self.wantedRecall }
      }
      if short.isEmpty { return ScoutMeasurement(plan: plan, windows: reach.windows) }
      for index in short { levels[index] += 1 }
    }
  }
}

/// How many reference voxels lie at which distance from a scout's answer, in whole mm.
private struct DistanceCounts {
  private var counts = [Int](repeating: 0, count: 201)

  mutating func add(_ labels: LabelMap, label: UInt16, field: [Double], places: ScanPlaces) {
    labels.withUnsafeVoxels { voxels in
      places.forEach { scan, place in
        guard voxels[scan] == label else { return }
        counts[min(200, Int(field[place].rounded(.up)))] += 1
      }
    }
  }

  /// The smallest distance within which this share of the voxels lies.
  func margin(_ share: Double) -> Double {
    let total = counts.reduce(0, +)
    var sum = 0
    for (distance, count) in counts.enumerated() {
      sum += count
      if Double(sum) >= share * Double(total) { return Double(distance) }
    }
    return 200
  }
}

/// Which reference voxels schedules reach.
private struct Reach {
  private var voxels: [String: (reached: Int, all: Int)] = [:]
  private(set) var windows = (scheduled: 0, possible: 0)

  mutating func add(
    _ one: ScoutCase,
    _ answer: ScoutAnswer,
    plan: ScoutPlan,
    fine: ModelPlan,
    threads: Int
  ) throws {
    let restoration = try gridRestoration(
      of: one.channels,
      plan: fine.preparation,
      threads: threads
    )
    let step = 0.5
    let grid = BlockGrid(
      size: restoration.preparedSize,
      windowSize: fine.patchSize,
      step: step
    )
    let outlook = try RegionOutlook(
      answer,
      plan: plan,
      Prioritization(),
      model: fine,
      grid: grid,
      restoration: restoration,
      threads: threads
    )
    let schedule = outlook.schedule(
      model: fine,
      grid: grid,
      step: step,
      order: .together,
      body: nil
    )
    windows.scheduled += schedule.count
    windows.possible += schedule.possibleWindows
    let reached = schedule.trusted.isSet
    let names = Dictionary(
      one.structures.map { ($0.value, $0.key) },
      uniquingKeysWith: { first, _ in first }
    )
    var counts: [UInt16: (reached: Int, all: Int)] = [:]
    one.labels.withUnsafeVoxels { voxels in
      ScanPlaces(blocksOf: grid, restoration).forEach { scan, block in
        guard voxels[scan] != 0 else { return }
        counts[voxels[scan], default: (0, 0)].all += 1
        if reached[block] { counts[voxels[scan], default: (0, 0)].reached += 1 }
      }
    }
    for (label, count) in counts {
      guard let name = names[label] else { continue }
      voxels[name, default: (0, 0)].reached += count.reached
      voxels[name, default: (0, 0)].all += count.all
    }
  }

  func recall(of name: String) -> Double? {
    voxels[name].map { Double($0.reached) / Double($0.all) }
  }
}
