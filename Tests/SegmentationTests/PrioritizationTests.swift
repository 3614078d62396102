import Anatomy
import Foundation
import ImageProcessing
import Models
import Segmentation
import Synchronization
import TestSupport
import Testing
import Volumes

@Suite("The most important organs first")
struct PrioritizationTests {
  private let folder: TemporaryFolder
  private let scan: URL
  private let structures = ["Parotid_L", "Bone_Mandible", "SpinalCord"]

  init() throws {
    folder = try TemporaryFolder()
    scan = try writeScan(to: folder)
  }

  /// A model with a scout whose logits are drawn, or the same everywhere where a bias is given.
  ///
  /// The scout's labels: 1 the parotid, 2 the mandible, 3 the cord's region.
  private func model(
    bias: [Float]? = nil,
    missedCases: Int = 0,
    knows: [String]? = nil,
    name: String = "model"
  ) throws -> URL {
    let url = try DrawnModel(structures: structures).write(to: folder, as: name)
    var scout = DrawnModel(configuration: "scout", structures: ["Parotid_L", "Mandible", "neuraxis"])
      .model
    scout.plan.preparation.spacing = [20, 24, 24]
    if let bias {
      var weights = scout.folds[0].weights
      for (tensor, weight) in weights where tensor.hasPrefix("decoder.seg_layers.0.") {
        let values =
          tensor.hasSuffix("bias") ? bias : [Float](repeating: 0, count: weight.values.count)
        weights[tensor] = WeightTensor(shape: weight.shape, values: values)
      }
      scout.folds[0] = ModelFold(name: "0", weights: weights)
    }
    let place = url.appending(path: ScoutPlan.folderName)
    try writeModel(scout, to: place)
    let names = knows ?? structures
    func region(_ name: String, _ priority: Int, _ index: Int, _ isAlone: Bool) -> ScoutPlan.Region {
      ScoutPlan.Region(
        name: name,
        priority: priority,
        margin: 10,
        missedCases: missedCases,
        structures: [
          .init(name: names[index], label: UInt16(index + 1), isAlone: isAlone)
        ]
      )
    }
    try ScoutPlan(
      regions: [
        region("neuraxis", 1, 2, false), region("salivary", 4, 0, true), region("oral", 6, 1, true),
      ],
      validationCases: 3
    ).write(to: place)
    return url
  }

  private func request(
    _ model: URL,
    _ prioritization: Prioritization?,
    threads: Int? = nil
  ) -> SegmentationRequest {
    SegmentationRequest(
      inputs: [scan],
      model: model,
      mirroring: false,
      device: .cpu,
      threads: threads,
      prioritization: prioritization
    )
  }

  private func run(
    _ model: URL,
    _ prioritization: Prioritization? = Prioritization()
  ) async throws -> SegmentationResult {
    try await SegmentationService().segment(request(model, prioritization))
  }

  @Test("A scout that finds nothing has the whole scan segmented, and the report says so")
  func emptyScout() async throws {
    let model = try model(bias: [9, 0, 0, 0])
    let full = try await run(model, nil)
    let result = try await run(model)
    #expect(result.labelMap == full.labelMap)
    #expect(result.report.windows == full.report.windows)
    #expect(result.report.prioritization?.isFullRun == true)
    #expect(result.report.warnings.contains { $0.contains("found nothing") })
    #expect(result.report.structures.allSatisfy { $0.state == .fine })
    #expect(full.report.prioritization == nil)
    #expect(full.report.structures.allSatisfy { $0.state == nil })
  }

  @Test("Regions that the scout does not find are left out, and the others are whole")
  func absent() async throws {
    // Everywhere the cord's region.
    let result = try await run(try model(bias: [0, 0, 0, 9]))
    let priorities = try #require(result.report.prioritization)
    #expect(priorities.regions.map(\.name) == ["neuraxis", "salivary", "oral"])
    #expect(priorities.regions.map(\.state) == [.fine, .absent, .absent])
    #expect(result.report.structures.map(\.state) == [.absent, .absent, .fine])
    #expect(Set(result.labelMap.voxels).isSubset(of: [0, 3]))
    #expect(result.report.warnings.contains { $0.hasPrefix("Not looked for") })
    #expect(priorities.regions[1].reason == "not found by the scout")
  }

  @Test("A region that the scout has missed before is looked for around the others")
  func missed() async throws {
    let result = try await run(try model(bias: [0, 0, 0, 9], missedCases: 1))
    let priorities = try #require(result.report.prioritization)
    #expect(priorities.regions.map(\.state) == [.fine, .fine, .fine])
    #expect(priorities.regions[1].reason.contains("missed it in 1 of 3 cases"))
    #expect(result.report.structures.allSatisfy { $0.state == .fine })
  }

  /// A clock that goes on by a second each time it is looked at.
  private final class SteppingClock: Sendable {
    private let seconds = Mutex(0.0)
    func now() -> Double {
      seconds.withLock { seconds in
        seconds += 1
        return seconds
      }
    }
  }

  @Test("Where time runs out before the first window, the scout answers, and names say so")
  func overAtOnce() async throws {
    let model = try model()
    let result = try await run(model, Prioritization(deadline: 0))
    let priorities = try #require(result.report.prioritization)
    #expect(priorities.ranOut && result.report.windows.run == 0)
    let names = Dictionary(
      uniqueKeysWithValues: result.scheme.entries.map { ($0.label, $0.name) }
    )
    for structure in result.report.structures {
      let voxels = result.labelMap.voxels.count { $0 == structure.label }
      switch structure.state {
      case .coarse:
        #expect(voxels > 0 && names[structure.label] == "\(structure.name)^coarse")
      case .skipped:
        #expect(voxels == 0 && names[structure.label] == structure.name)
      case .absent: #expect(voxels == 0)
      default: Issue.record("\(structure.name) is \(String(describing: structure.state))")
      }
    }
    // The cord has no label of its own in the scout: nothing stands for it.
    #expect([.skipped, .absent].contains(result.report.structures[2].state))
    #expect(result.report.structures.contains { $0.state == .coarse })
    #expect(result.report.warnings.contains { $0.contains("^coarse") })
    #expect(result.report.warnings.contains { $0.hasPrefix("Time ran out after 0 of") })
  }

  @Test("A later deadline only adds, until the result is that without one")
  func deadlines() async throws {
    let model = try model()
    var last = -1
    var finished: SegmentationResult?
    for deadline in stride(from: 0.0, through: 200, by: 10) {
      let clock = SteppingClock()
      let service = SegmentationService(now: { clock.now() })
      let result = try await service.segment(request(model, Prioritization(deadline: deadline)))
      #expect(result.report.windows.run >= last)
      last = result.report.windows.run
      let priorities = try #require(result.report.prioritization)
      #expect(priorities.ranOut == (last < priorities.scheduledWindows))
      // Nothing less important is begun while something more important is not whole.
      if let begun = priorities.regions.lastIndex(where: { $0.windows > 0 }) {
        #expect(priorities.regions[..<begun].allSatisfy { [.fine, .absent].contains($0.state) })
      }
      if !priorities.ranOut { finished = result }
    }
    let whole = try #require(finished)
    let patient = try await run(model, Prioritization(deadline: 1e6))
    #expect(whole.labelMap == patient.labelMap)
    #expect(whole.report.structures.allSatisfy { $0.state != .coarse && $0.state != .partial })
  }

  @Test("Only what is asked for is in the result")
  func structuresAskedFor() async throws {
    let model = try model(bias: [0, 9, 0, 0])
    let result = try await run(model, Prioritization(structures: ["left parotid"]))
    #expect(result.scheme.entries.map(\.name) == ["Parotid_L"])
    #expect(result.report.structures.map(\.name) == ["Parotid_L"])
    #expect(Set(result.labelMap.voxels).isSubset(of: [0, 1]))
    let states = try #require(result.report.prioritization).regions.map(\.state)
    #expect(states == [.unwanted, .fine, .unwanted])
    await #expect(throws: ScoutError.unknownStructure("Spleen", known: structures)) {
      try await run(model, Prioritization(structures: ["Spleen"]))
    }
  }

  @Test("Priorities change the order of work, and unknown names are refused")
  func order() async throws {
    let model = try model(bias: [0, 0, 0, 9])
    let result = try await run(
      model,
      Prioritization(priorities: RegionPriorities(["Mandible": 1, "neuraxis": 9]))
    )
    let names = result.report.prioritization?.regions.map(\.name)
    #expect(names == ["oral", "salivary", "neuraxis"])
    await #expect(throws: RegionPriorityError.self) {
      try await run(model, Prioritization(priorities: RegionPriorities(["Spleen": 1])))
    }
  }

  @Test("A model without a scout, and a scout for other structures, are refused in a sentence")
  func refusals() async throws {
    let bare = try DrawnModel(structures: structures).write(to: folder, as: "bare")
    await #expect(throws: ScoutError.missing) { try await run(bare) }
    let other = try model(knows: ["Parotid_R", "Bone_Mandible", "SpinalCord"], name: "other")
    await #expect(throws: ScoutError.otherStructures(unknown: ["Parotid_L"])) {
      try await run(other)
    }
    let damaged = try model(name: "damaged")
    try Data("{}".utf8).write(to: damaged.appending(path: "scout/scout.json"))
    await #expect(throws: ScoutError.self) { try await run(damaged) }
    let errors: [ScoutError] = [
      .missing, .unreadable(reason: "r"), .otherStructures(unknown: ["A"]),
      .otherModel(reason: "r"), .unknownStructure("A", known: ["B"]),
    ]
    for error in errors { #expect(error.description.hasSuffix(".")) }
  }

  @Test("The same bytes for 1, 2 and 3 threads")
  func threads() async throws {
    let model = try model()
    var labels: [[UInt16]] = []
    for threads in [1, 2, 3] {
      let request = request(model, Prioritization(), threads: threads)
      labels.append(try await SegmentationService().segment(request).labelMap.voxels)
    }
    #expect(labels[1] == labels[0] && labels[2] == labels[0])
    #expect(Set(labels[0]).count > 1)
  }

  @Test("The report survives JSON")
  func json() async throws {
    let report = try await run(try model(), Prioritization(deadline: 0)).report
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(RunReport.self, from: data) == report)
  }
}

@Suite("Drafts of scouts")
struct ScoutDraftTests {
  @Test("Large structures have labels of their own, small ones share their region's")
  func labels() {
    let draft = ScoutDraft(
      structures: ["Cochlea_L", "Cochlea_R", "Parotid_L", "Parotid_R", "Pituitary", "Spleen"],
      volumes: ["Parotid_L": 30_000, "Parotid_R": 30_000, "Cochlea_L": 70],
      voxelVolume: 216
    )
    #expect(draft.labels.map(\.name) == ["skull-base-ears", "Parotid_L", "Parotid_R", "Spleen"])
    #expect(draft.labels[0].structures == ["Cochlea_L", "Cochlea_R", "Pituitary"])
    #expect(draft.plan.regions.map(\.name) == ["skull-base-ears", "salivary", "Spleen"])
    #expect(draft.plan.regions.map { $0.structures.map(\.isAlone) } == [
      [false, false, false], [true, true], [true],
    ])
    #expect(draft.plan.regions[1].labels == [2, 3])
  }

  @Test("Every structure is in one region, with a label that the draft has")
  func complete() {
    let structures = OrganAtRisk.allCases.map(\.tg263) + ["GTVp", "GTVn", "Larynx", "Brain"]
    for volume in [0.0, 5000, 1e6] {
      let draft = ScoutDraft(
        structures: structures,
        volumes: Dictionary(uniqueKeysWithValues: structures.map { ($0, volume) }),
        voxelVolume: 216
      )
      let placed = draft.plan.regions.flatMap(\.structures)
      #expect(placed.map(\.name).sorted() == structures.sorted())
      for structure in placed {
        let label = draft.labels[Int(structure.label) - 1]
        #expect(label.structures.contains(structure.name))
        #expect(structure.isAlone == (label.structures.count == 1))
      }
    }
  }
}
