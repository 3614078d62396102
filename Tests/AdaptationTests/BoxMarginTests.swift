import Testing
import Volumes

import Adaptation

@Suite("Boxes around tumors")
struct BoxMarginTests {
  private func instance(_ range: Range<Int>, on grid: VoxelGrid) -> TumorInstance {
    let box = VoxelBox(i: range, j: range, k: range)
    let voxels = [UInt8](repeating: 1, count: box.count)
    let mask = CroppedMask(grid: grid, box: box, voxels: voxels)
    return TumorInstance(label: 1, number: 1, mask: mask)
  }

  @Test("Margins in millimeters are as far along every axis")
  func millimeters() throws {
    let grid = try VoxelGrid(size: [100, 100, 100], spacing: [0.5, 1, 2.5])
    let boxes = tumorBoxes(
      around: [instance(40..<60, on: grid)],
      margin: .millimeters(4...6),
      choice: .middle,
      on: grid
    )
    #expect(boxes == [VoxelBox(i: 30..<70, j: 35..<65, k: 38..<62)])
  }

  @Test("Boxes are clipped to the image")
  func clipped() throws {
    let grid = try VoxelGrid(size: [50, 50, 50])
    let boxes = tumorBoxes(
      around: [instance(2..<49, on: grid)],
      margin: .voxels(low: 5...5, high: 5...5),
      choice: .middle,
      on: grid
    )
    #expect(boxes == [VoxelBox(i: 0..<50, j: 0..<50, k: 0..<50)])
  }

  @Test("Drawn margins are those of the published program's draw, each as likely, and repeatable")
  func drawn() throws {
    let grid = try VoxelGrid(size: [100, 100, 100])
    let instances = (0..<400).map { _ in instance(40..<60, on: grid) }
    let margin = GradientMapDefinition.publishedCode.margin
    func boxes(_ name: String) -> [VoxelBox] {
      tumorBoxes(
        around: instances,
        margin: margin,
        choice: .drawn(seed: 3, name: name),
        on: grid
      )
    }
    let drawn = boxes("a")
    #expect(drawn == boxes("a"))
    #expect(drawn != boxes("b"))
    var low: [Int: Int] = [:]
    var high: [Int: Int] = [:]
    for box in drawn {
      for range in [box.i, box.j, box.k] {
        low[40 - range.lowerBound, default: 0] += 1
        high[range.upperBound - 60, default: 0] += 1
      }
    }
    #expect(low.keys.sorted() == [4, 5, 6, 7])
    #expect(high.keys.sorted() == [3, 4, 5, 6])
    // 1200 sides, four margins: 300 each, a standard deviation of 15.
    #expect((Array(low.values) + Array(high.values)).allSatisfy { abs($0 - 300) < 75 })
  }

  @Test("The tightest and the widest boxes are the range's ends")
  func shares() throws {
    let grid = try VoxelGrid(size: [100, 100, 100])
    func sides(_ share: Double) -> VoxelBox? {
      tumorBoxes(
        around: [instance(40..<60, on: grid)],
        margin: .voxels(low: 4...7, high: 3...6),
        choice: .share(share),
        on: grid
      ).first
    }
    #expect(sides(0) == VoxelBox(i: 36..<63, j: 36..<63, k: 36..<63))
    #expect(sides(1) == VoxelBox(i: 33..<66, j: 33..<66, k: 33..<66))
    #expect(sides(7) == sides(1))
  }
}
