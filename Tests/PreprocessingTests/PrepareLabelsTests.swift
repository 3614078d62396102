import Foundation
import ImageProcessing
import Preprocessing
import Testing
import Volumes

@Suite("Labels to train on")
struct PrepareLabelsTests {
  @Test("Label maps are resampled as nnU-Net's DefaultPreprocessor resamples them")
  func agreesWithNNUNet() throws {
    let url = try #require(
      Bundle.module.url(forResource: "preparation", withExtension: "json", subdirectory: "Golden")
    )
    let examples = try JSONDecoder()
      .decode([PreparationTests.Example].self, from: Data(contentsOf: url))
    var compared = 0
    for example in examples {
      guard let labels = example.previousLabels else { continue }
      compared += 1
      let grid = try VoxelGrid(
        size: [example.size[2], example.size[1], example.size[0]],
        spacing: [example.spacing[2], example.spacing[1], example.spacing[0]]
      )
      let channels = example.channels.map { data in
        Volume(grid: grid, voxels: data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) })
      }
      let restoration = try prepare(channels, plan: example.plan, threads: 1).restoration
      let found = try prepareLabels(
        LabelMap(grid: grid, voxels: labels),
        of: channels,
        plan: example.plan,
        restoration: restoration,
        threads: 2
      )
      let count = example.preparedSize.reduce(1, *)
      #expect(found.count == count)
      let prepared = example.prepared.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      for (position, label) in example.previousStageLabels.enumerated() {
        let first = (channels.count + position) * count
        let expected = prepared[first..<first + count].map { $0 == 1 }
        #expect(found.map { $0 == UInt8(label) } == expected, "\(example.name), \(label)")
      }
    }
    #expect(compared == 3)
  }

  @Test("Background around the scan is outside, holes in it and labels are not")
  func outside() throws {
    let grid = try VoxelGrid(size: [6, 5, 4])
    var scan = Volume<Float>(repeating: 7, grid: grid)
    var labels = LabelMap(repeating: 0, grid: grid)
    scan[3, 2, 2] = 0  // a hole
    scan[0, 0, 0] = 0  // a corner
    scan[5, 4, 3] = 0  // a corner with a label
    labels[5, 4, 3] = 2
    let plan = PreparationPlan(
      transposeForward: [0, 1, 2],
      spacing: [1, 1, 1],
      channels: [.init(scheme: .none)]
    )
    let restoration = try prepare([scan], plan: plan, threads: 1).restoration
    let found = try prepareLabels(
      labels,
      of: [scan],
      plan: plan,
      restoration: restoration,
      threads: 1
    )
    #expect(found.filter { $0 == outsideClass }.count == 1 && found[0] == outsideClass)
    #expect(found.last == 2)
    #expect(found.filter { $0 == 0 }.count == grid.count - 2)
  }

  @Test("Labels on another grid, and classes beyond the largest, are refused")
  func refusals() throws {
    let grid = try VoxelGrid(size: [4, 4, 4])
    let other = try VoxelGrid(size: [4, 4, 5])
    let scan = Volume<Float>(repeating: 7, grid: grid)
    let plan = PreparationPlan(
      transposeForward: [0, 1, 2],
      spacing: [1, 1, 1],
      channels: [.init(scheme: .none)]
    )
    let restoration = try prepare([scan], plan: plan, threads: 1).restoration
    func prepared(_ labels: LabelMap) throws(PreparationError) -> [UInt8] {
      try prepareLabels(labels, of: [scan], plan: plan, restoration: restoration, threads: 1)
    }
    #expect(throws: PreparationError.tooLargeClass(255, limit: 254)) {
      try prepared(LabelMap(repeating: 255, grid: grid))
    }
    #expect(
      throws: PreparationError.gridMismatch(
        channel: nil,
        GridMismatch(expected: grid, found: other)
      )
    ) {
      try prepared(LabelMap(repeating: 1, grid: other))
    }
  }
}
