import Anatomy
import Foundation
import ImageProcessing
import Models
import TestSupport
import Testing
import Validation
import Volumes

@Suite("Post-processing decided on validation cases")
struct PostprocessingTests {
  /// What nnU-Net's own functions gave on drawn label maps (`Golden/make_postprocessing.py`).
  private struct Golden: Decodable {
    struct Single: Decodable {
      var map: String
      var labels: [UInt16]
      var result: String
    }
    struct Scenario: Decodable {
      var name: String
      var predictions: [String]
      var references: [String]
      var rules: [Labels]
      var diceBefore: Double
      var diceAfter: Double
      var postprocessed: [String]
    }
    /// One label, or several together.
    struct Labels: Decodable {
      var values: [UInt16]
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(UInt16.self) {
          values = [one]
        } else {
          values = try container.decode([UInt16].self)
        }
      }
    }
    var size: [Int]
    var maps: [Single]
    var scenarios: [Scenario]
  }

  private let golden: Golden
  private let grid: VoxelGrid

  init() throws {
    let file = try #require(
      Bundle.module.url(
        forResource: "postprocessing",
        withExtension: "json",
        subdirectory: "Golden"
      )
    )
    golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    grid = try VoxelGrid(
      size: SIMD3(golden.size[0], golden.size[1], golden.size[2]),
      spacing: [1, 1, 1]
    )
  }

  /// The volume of a text such as `12x0 3x1 2`: runs of labels with their lengths, single voxels
  /// without.
  private func volume(_ text: String) throws -> LabelMap {
    var voxels: [UInt16] = []
    for run in text.split(separator: " ") {
      let parts = run.split(separator: "x").compactMap { UInt16($0) }
      let label = try #require(parts.last)
      voxels += Array(repeating: label, count: parts.count == 2 ? Int(parts[0]) : 1)
    }
    return LabelMap(grid: grid, voxels: voxels)
  }

  @Test("The largest part of some structures is what nnU-Net leaves of them")
  func singleMaps() throws {
    #expect(golden.maps.count >= 12)
    for single in golden.maps {
      var map = try volume(single.map)
      let before = map.voxels
      let removed = map.keepLargestComponent(of: Set(single.labels))
      #expect(map == (try volume(single.result)))
      #expect(removed == zip(before, map.voxels).count { $0 != $1 })
    }
  }

  @Test("Rules and Dice are those that nnU-Net decides for")
  func decisions() throws {
    let scheme = LabelScheme(
      entries: [(1, "A"), (2, "B"), (3, "C")].map { .init(label: $0, name: $1) }
    )
    var isWholeTried = false
    for scenario in golden.scenarios {
      let predictions = try scenario.predictions.map(volume)
      let references = try scenario.references.map {
        Contours(labels: try volume($0), contoured: [1, 2, 3])
      }
      let cases = try zip(predictions, references).map {
        try CaseDice(trying: [1, 2, 3], on: $0, against: $1)
      }
      let decided = decidePostprocessing(cases, scheme: scheme)
      #expect(decided.cases == cases.count)
      #expect(decided.rules.count == 4)
      #expect(decided.applied.map(\.labels) == scenario.rules.map(\.values), "\(scenario.name)")
      let before = try #require(decided.rules.first?.diceBefore)
      #expect(abs(before - scenario.diceBefore) < 1e-12)
      isWholeTried = isWholeTried || decided.applied.contains { $0.labels.count == 3 }
      var after: [[Double]] = [[], [], []]
      for (index, prediction) in predictions.enumerated() {
        var cleaned = prediction
        for rule in decided.applied { cleaned.keepLargestComponent(of: Set(rule.labels)) }
        #expect(cleaned == (try volume(scenario.postprocessed[index])), "\(scenario.name)")
        let dice = try CaseDice(cleaned, against: references[index]).plain
        for (label, value) in dice { after[Int(label) - 1].append(value) }
      }
      let mean = after.reduce(0) { $0 + $1.reduce(0, +) / Double($1.count) } / 3
      #expect(abs(mean - scenario.diceAfter) < 1e-12)
    }
    #expect(isWholeTried, "the rule about all structures together must have been followed once")
  }

  @Test("What was not contoured neither counts nor gets a rule")
  func notContoured() throws {
    var prediction = LabelMap(repeating: 0, grid: grid)
    var reference = prediction
    for i in 2..<6 {
      reference[i, 3, 3] = 1
      prediction[i, 3, 3] = 1
      prediction[i, 8, 3] = 2
    }
    prediction[12, 10, 6] = 1
    prediction[12, 2, 6] = 2
    let scheme = LabelScheme(entries: [.init(label: 1, name: "A"), .init(label: 2, name: "B")])
    let one = try CaseDice(
      trying: [1, 2],
      on: prediction,
      against: Contours(labels: reference, contoured: [1])
    )
    let decided = decidePostprocessing([one], scheme: scheme)
    // All together: two parts are equally large and stay, the spots go, and only A counts.
    #expect(decided.applied.map(\.structures) == [["A", "B"]])
    #expect(decided.rules.first?.diceBefore == 8.0 / 9)
    #expect(decided.rules.first?.diceAfter == 1)
    let other = try #require(decided.rules.last)
    #expect(other.diceBefore == nil && !other.isApplied)
  }

  @Test("Left inside right and right inside left are counted, where the other side was contoured")
  func sides() throws {
    let scheme = LabelScheme(
      entries: [(1, "Brainstem"), (3, "Parotid_R"), (4, "Parotid_L")]
        .map { .init(label: $0, name: $1) }
    )
    var prediction = LabelMap(repeating: 0, grid: grid)
    var reference = prediction
    for i in 0..<4 { reference[i, 2, 2] = 3 }
    for i in 8..<12 { reference[i, 2, 2] = 4 }
    for i in 0..<4 { prediction[i, 2, 2] = i < 3 ? 3 : 4 }
    for i in 8..<12 { prediction[i, 2, 2] = i < 10 ? 3 : 4 }
    var found = SideConfusions(scheme)
    try found.add(prediction, against: Contours(labels: reference, contoured: [1, 3, 4]))
    try found.add(prediction, against: Contours(labels: reference, contoured: [3]))
    let left = try #require(found.found.first { $0.predicted == "Parotid_L" })
    #expect(
      left.inside == "Parotid_R" && left.voxels == 2 && left.cases == 2 && left.contoured == 2
    )
    let right = try #require(found.found.first { $0.predicted == "Parotid_R" })
    #expect(right.voxels == 2 && right.cases == 1 && right.contoured == 1)
    let other = try VoxelGrid(size: [3, 3, 3], spacing: [1, 1, 1])
    #expect(throws: GridMismatch.self) {
      try found.add(
        LabelMap(repeating: 0, grid: other),
        against: Contours(labels: reference, contoured: [3])
      )
    }
  }
}
