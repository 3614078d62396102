import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The same numbers as surface-distance 0.1 and MedPy 0.5.2.
@Suite("Agreement with surface-distance and MedPy")
struct AgreementTests {
  struct Pair: Decodable {
    var size: [Int]
    var spacing: [Double]
    var reference: Data
    var prediction: Data
    var values: [String: Double?]
  }

  struct Boxes: Decodable {
    var name: String
    var size: [Int]
    var spacing: [Double]
    var reference: [[Int]]?
    var prediction: [[Int]]?
    var values: [String: Double?]
  }

  struct Observers: Decodable {
    var scan: String
    var values: [String: [String: Double?]]
  }

  @Test("Every value of drawn pairs is that of the other programs to 1e-9")
  func drawnPairs() throws {
    let pairs = try golden("pairs", as: [Pair].self)
    #expect(pairs.count == 24)
    for (number, pair) in pairs.enumerated() {
      let grid = try grid(pair.size, pair.spacing)
      try expectEqual(
        reference: unpacked(pair.reference, on: grid),
        prediction: unpacked(pair.prediction, on: grid),
        pair.values,
        "pair \(number)"
      )
    }
  }

  @Test("Every value of surface-distance's own tests is the same to 1e-9")
  func ownTests() throws {
    let cases = try golden("boxes", as: [Boxes].self)
    #expect(cases.count == 5)
    for boxes in cases {
      let grid = try grid(boxes.size, boxes.spacing)
      func drawn(_ ends: [[Int]]?) -> CroppedMask {
        guard let ends else { return CroppedMask(emptyOn: grid) }
        return block(
          on: grid,
          ends[2][0]..<ends[2][1],
          ends[1][0]..<ends[1][1],
          ends[0][0]..<ends[0][1]
        )
      }
      try expectEqual(
        reference: drawn(boxes.reference),
        prediction: drawn(boxes.prediction),
        boxes.values,
        boxes.name
      )
    }
  }

  @Test(
    "Every value of the 21 organs of two observers is that of the other programs to 1e-9",
    .enabled(if: SharedData.has("observer_masks/oncologist"))
  )
  func observers() throws {
    let expected = try golden("observers", as: Observers.self)
    #expect(expected.values.count == 21)
    let folder = try #require(SharedData.folder).appending(path: "observer_masks")
    for (organ, values) in expected.values {
      let masks = try ["oncologist", "radiographer"].map { observer in
        try readMask(at: folder.appending(path: "\(observer)/\(expected.scan)/\(organ).nrrd"))
      }
      try expectEqual(reference: masks[0], prediction: masks[1], values, organ)
    }
  }

  /// Compares all values; what the other program cannot number must have none here.
  private func expectEqual(
    reference: CroppedMask,
    prediction: CroppedMask,
    _ values: [String: Double?],
    _ what: String
  ) throws {
    let metrics = try values.keys.map { try #require(Metric(name: $0), "\($0)") }
    let comparison = try StructureComparison(
      reference: reference,
      prediction: prediction,
      metrics: metrics
    )
    for metric in metrics {
      let found = comparison.value(of: metric)
      guard let expected = values[metric.name] ?? nil else {
        #expect(found.value == nil, "\(what), \(metric.name)")
        continue
      }
      let value = try #require(found.value, "\(what), \(metric.name)")
      #expect(
        (value - expected).magnitude <= 1e-9,
        "\(what), \(metric.name): \(value), \(expected)"
      )
    }
  }

  private func grid(_ size: [Int], _ spacing: [Double]) throws -> VoxelGrid {
    try VoxelGrid(
      size: [size[0], size[1], size[2]],
      spacing: [spacing[0], spacing[1], spacing[2]]
    )
  }

  private func unpacked(_ data: Data, on grid: VoxelGrid) -> CroppedMask {
    let bytes = [UInt8](data)
    return mask(on: grid) { voxel in
      let index = (voxel.z * grid.size.y + voxel.y) * grid.size.x + voxel.x
      return bytes[index / 8] >> (index % 8) & 1 == 1
    }
  }
}

/// Reads a golden file of these tests.
func golden<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
  let url = try #require(
    Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden")
  )
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}
