import ImageProcessing
import Preprocessing
import TestSupport
import Testing
import Volumes

@Suite("Windows of a CT, and missing scans")
struct WindowTests {
  private let grid: VoxelGrid
  private let ct: Volume<Float>
  private let mr: Volume<Float>

  init() throws {
    grid = try VoxelGrid(size: [6, 5, 4], spacing: [1, 1, 2])
    var generator = SeededGenerator(seed: 3)
    var numbers = (0..<grid.count).map { _ in Float.random(in: -1200...2400, using: &generator) }
    numbers[0] = -160
    numbers[1] = 350
    ct = Volume(grid: grid, voxels: numbers)
    mr = Volume(
      grid: grid,
      voxels: numbers.map { _ in Float.random(in: 1...900, using: &generator) }
    )
  }

  private let plan = PreparationPlan(
    transposeForward: [0, 1, 2],
    spacing: [2, 1, 1],
    channels: [
      .init(scheme: .window, window: .init(lower: -160, upper: 350), source: 0),
      .init(scheme: .window, window: .init(lower: -1000, upper: 2000), source: 0),
      .init(scheme: .none, source: 0), .init(scheme: .zScore, source: 1),
    ]
  )

  @Test("One scan gives several channels, each clipped to its window and mapped to 0…1")
  func channels() throws {
    let prepared = try prepare([ct, mr], plan: plan, threads: 2)
    #expect(prepared.channelCount == 4 && plan.sourceCount == 2)
    let count = grid.count
    for (index, value) in ct.voxels.enumerated() {
      let soft = (max(-160, min(value, 350)) + 160) / 510
      let bone = (max(-1000, min(value, 2000)) + 1000) / 3000
      #expect(abs(prepared.voxels[index] - soft) < 1e-6)
      #expect(abs(prepared.voxels[count + index] - bone) < 1e-6)
      #expect(prepared.voxels[2 * count + index] == value)
    }
    let alone = try prepare(
      [mr],
      plan: PreparationPlan(
        transposeForward: [0, 1, 2],
        spacing: [2, 1, 1],
        channels: [.init(scheme: .zScore)]
      ),
      threads: 1
    )
    #expect(Array(prepared.voxels[(3 * count)...]) == alone.voxels)
  }

  @Test("All channels of a missing scan are 0, the others as ever", arguments: [0, 1])
  func missing(_ number: Int) throws {
    let both = try prepare([ct, mr], plan: plan, threads: 1)
    let one = try prepare(number == 0 ? [nil, mr] : [ct, nil], plan: plan, threads: 1)
    let count = grid.count
    for channel in 0..<4 {
      let range = channel * count..<(channel + 1) * count
      if plan.source(of: channel) == number {
        #expect(one.voxels[range].allSatisfy { $0 == 0 })
      } else {
        #expect(one.voxels[range] == both.voxels[range])
      }
    }
  }

  @Test("Without scans, with too many, or through no window, nothing is prepared")
  func refused() throws {
    #expect(throws: PreparationError.channelCount(expected: 2, found: 0)) {
      try prepare([nil, nil], plan: plan, threads: 1)
    }
    #expect(throws: PreparationError.channelCount(expected: 2, found: 3)) {
      try prepare([ct, mr, ct], plan: plan, threads: 1)
    }
    for window in [nil, WindowBounds(lower: 3, upper: 3), WindowBounds(lower: 0, upper: .nan)] {
      var broken = plan
      broken.channels[1].window = window
      #expect(throws: PreparationError.missingWindow(channel: 1)) {
        try prepare([ct, mr], plan: broken, threads: 1)
      }
    }
  }
}
