import Anatomy
import Inference
import Models
import Preprocessing
import Volumes

/// The labels of a scheduled run, with the scout's where time ran out, and what each of them is.
struct PrioritizedAnswer {
  /// The labels on the scan's grid, of wanted structures alone.
  private(set) var labelMap: LabelMap
  /// How far each structure of the model was contoured.
  private(set) var states: [String: StructureState] = [:]
  /// The regions, in the order of work.
  private(set) var regions: [PrioritizationReport.Region] = []

  /// The answer of a run.
  /// - Parameters:
  ///   - result: What the windows gave.
  ///   - schedule: The windows.
  ///   - outlook: What the scout said.
  ///   - answer: What the scout gave.
  ///   - model: The plan of the model that the scout serves.
  ///   - restoration: The way from the scan to the model's prepared grid.
  init(
    _ result: ScheduledResult,
    schedule: WindowSchedule,
    outlook: RegionOutlook,
    answer: ScoutAnswer,
    model: ModelPlan,
    restoration: GridRestoration
  ) {
    labelMap = result.labelMap
    let labels = Dictionary(
      model.labels.entries.map { ($0.name, $0.label) },
      uniquingKeysWith: { first, _ in first }
    )
    let present = answer.present
    var coarse: [UInt16: UInt16] = [:]
    for region in outlook.regions {
      let place = schedule.regions.firstIndex {
        $0.name == (outlook.isEmpty ? RegionOutlook.wholeScan : region.plan.name)
      }
      var own = StructureState.fine
      var reason = region.reason
      if let place, region.state != .unwanted {
        own = Self.state(schedule.regions[place].need, finished: result.finished)
        if own != .fine { reason = "time ran out" }
      } else {
        own = region.state
      }
      for structure in region.plan.structures {
        var state = outlook.wanted.contains(structure.name) ? own : .unwanted
        let canAnswer = structure.isAlone && present.contains(structure.label)
        if canAnswer, state == .partial || state == .skipped, let label = labels[structure.name] {
          coarse[structure.label] = label
          state = .coarse
        }
        states[structure.name] = state
      }
      regions.append(
        PrioritizationReport.Region(
          name: region.plan.name,
          priority: region.plan.priority,
          state: own,
          reason: reason,
          structures: region.plan.structures.map(\.name),
          windows: outlook.isEmpty ? 0 : place.map { result.windows[$0] } ?? 0,
          seconds: outlook.isEmpty ? 0 : place.map { result.regionSeconds[$0] } ?? 0
        )
      )
    }
    fill(coarse, from: answer, where: result.finished, restoration)
    drop(labels: Set(states.filter { $0.value == .unwanted }.compactMap { labels[$0.key] }))
  }

  /// How far a region was contoured.
  private static func state(_ need: BlockMask, finished: BlockMask) -> StructureState {
    var rest = need
    rest.subtract(finished)
    if rest.isEmpty { return .fine }
    return need.intersects(finished) ? .partial : .skipped
  }

  /// Takes the scout's labels where no window was trusted and nothing is.
  private mutating func fill(
    _ labels: [UInt16: UInt16],
    from answer: ScoutAnswer,
    where finished: BlockMask,
    _ restoration: GridRestoration
  ) {
    guard !labels.isEmpty else { return }
    let size = labelMap.grid.size
    let blocks = ScanPlaces(blocksOf: finished.grid, restoration).offsets
    let places = answer.places.offsets
    let isFinished = finished.isSet
    var table = [UInt16](repeating: 0, count: 65536)
    for (coarse, label) in labels { table[Int(coarse)] = label }
    labelMap.withUnsafeMutableVoxels { target in
      answer.labels.withUnsafeVoxels { source in
        for k in 0..<size.z {
          guard let layer = places[0][k], let blockLayer = blocks[0][k] else { continue }
          for j in 0..<size.y {
            guard let row = places[1][j], let blockRow = blocks[1][j] else { continue }
            let first = (k * size.y + j) * size.x
            for i in 0..<size.x where target[first + i] == 0 {
              guard let place = places[2][i], let block = blocks[2][i] else { continue }
              if isFinished[blockLayer + blockRow + block] { continue }
              target[first + i] = table[Int(source[layer + row + place])]
            }
          }
        }
      }
    }
  }

  /// Takes labels away.
  private mutating func drop(labels: Set<UInt16>) {
    guard !labels.isEmpty else { return }
    labelMap.withUnsafeMutableVoxels { voxels in
      for index in voxels.indices where voxels[index] != 0 && labels.contains(voxels[index]) {
        voxels[index] = 0
      }
    }
  }
}
