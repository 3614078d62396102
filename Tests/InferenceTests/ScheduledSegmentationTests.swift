import Foundation
import ImageProcessing
import Inference
import NeuralNetworks
import Preprocessing
import Synchronization
import TestSupport
import Testing
import Torch
import Volumes

@Suite("Running a schedule")
struct ScheduledSegmentationTests {
  /// A drawn scan, a network of drawn weights, and regions.
  struct Example: Sendable {
    var size = [26, 40, 37]
    var window = [8, 16, 16]
    var outputs = 5
    var folds = 1
    var isRegions = false
    var mirroring: [Int] = []
    var transpose = [0, 1, 2]
    var margin = [0, 0, 0]
    var croppedSize: [Int]?

    var grid: BlockGrid { BlockGrid(size: size, windowSize: window, step: 0.5) }

    var options: SlidingWindowOptions {
      SlidingWindowOptions(
        windowSize: window,
        mirroringAxes: mirroring,
        decision: isRegions
          ? .lastRegion(labels: (1...outputs).map(UInt16.init))
          : .firstMaximum(labels: (0..<outputs).map { $0 == 0 ? 0 : UInt16($0) * 3 })
      )
    }

    /// Two regions in opposite corners, of which the second is the more important.
    var regions: [ScheduledRegion] {
      let counts = grid.counts
      let all = Array((isRegions ? 0 : 1)..<outputs)
      var near = BlockMask(on: grid)
      near.set(counts.map { 0..<max(1, $0 / 4) })
      var far = BlockMask(on: grid)
      far.set(counts.map { $0 - max(1, $0 / 4)..<$0 })
      return [
        ScheduledRegion(name: "near", priority: 2, channels: all, need: near),
        ScheduledRegion(name: "far", priority: 1, channels: all, need: far),
      ]
    }

    func prepared() throws -> PreparedCase {
      let box = zip(croppedSize ?? size, margin).map { $1..<$1 + $0 }
      var array = [0, 0, 0]
      for position in 0..<3 { array[transpose[position]] = box[position].upperBound + 1 }
      return PreparedCase(
        channelCount: 1,
        size: size,
        voxels: drawn("a scan", count: size.reduce(1, *)),
        restoration: GridRestoration(
          originalGrid: try VoxelGrid(size: [array[2], array[1], array[0]], spacing: [1, 1, 1]),
          transposeForward: transpose,
          box: box,
          preparedSize: size,
          separateAxis: nil,
          logitResampling: ResamplingRule(order: 1)
        )
      )
    }

    @DeviceActor func network(_ fold: Int) throws(InferenceError) -> UNet {
      try DrawnNetwork(fold: fold).network(inputs: 1, outputs: outputs)
    }

    @DeviceActor func full() throws -> SlidingWindowResult {
      try Inference.segment(
        prepared(),
        folds: folds,
        options: options,
        network: { fold throws(InferenceError) in try network(fold) }
      )
    }

    @DeviceActor func run(
      _ schedule: WindowSchedule,
      deadline: Deadline? = nil,
      progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ScheduledResult {
      try Inference.segment(
        prepared(),
        schedule: schedule,
        folds: folds,
        options: options,
        deadline: deadline,
        network: { fold throws(InferenceError) in try network(fold) },
        progress: progress
      )
    }

    func schedule(_ order: WindowSchedule.Order) -> WindowSchedule {
      WindowSchedule(regions: regions, on: grid, step: 0.5, order: order)
    }

    var everywhere: WindowSchedule {
      WindowSchedule(
        everywhere: "all",
        on: grid,
        channels: Array((isRegions ? 0 : 1)..<outputs),
        step: 0.5
      )
    }
  }

  static let examples = [
    Example(), Example(folds: 2), Example(isRegions: true), Example(mirroring: [0, 2]),
    Example(size: [26, 11, 37]), Example(transpose: [2, 0, 1], margin: [2, 1, 0]),
    Example(croppedSize: [31, 40, 50]),
  ]

  @Test("Everywhere gives the labels of the full run", arguments: examples.indices)
  func everywhere(index: Int) async throws {
    let example = Self.examples[index]
    try await onDevice {
      let full = try example.full()
      let result = try example.run(example.everywhere)
      #expect(result.labelMap == full.labelMap)
      #expect(result.windows == [full.windows])
      #expect(example.everywhere.possibleWindows == full.possibleWindows)
      #expect(!result.ranOut && result.finished.count == example.grid.count)
      #expect(Set(full.labelMap.voxels).count > 1)
    }
  }

  @Test("One window gives the full run's labels where that has the same window alone")
  func sameWindow() async throws {
    try await onDevice {
      // One window is all that the full run has.
      let example = Example(size: [8, 16, 16])
      let full = try example.full()
      for order in [WindowSchedule.Order.together, .byPriority] {
        let result = try example.run(example.schedule(order))
        #expect(result.labelMap == full.labelMap)
        #expect(result.windows.reduce(0, +) == 1)
      }
    }
  }

  @Test("Passes write their own blocks alone", arguments: examples.indices)
  func ownBlocks(index: Int) async throws {
    let example = Self.examples[index]
    try await onDevice {
      let schedule = example.schedule(.byPriority)
      #expect(schedule.passes.count == 2 && schedule.regions[0].name == "far")
      let result = try example.run(schedule)
      let apart = schedule.regions.map { region in
        WindowSchedule(regions: [region], on: example.grid, step: 0.5, order: .together)
      }
      let (far, near) = (try example.run(apart[0]), try example.run(apart[1]))
      var owned = far.finished
      owned.formUnion(near.finished)
      #expect(result.finished == owned)
      // Where only one of them may write, it has written; where both may, the first has.
      for (voxel, label) in result.labelMap.voxels.enumerated() {
        #expect(label == far.labelMap.voxels[voxel] || label == near.labelMap.voxels[voxel])
      }
      #expect(result.labelMap.voxels.contains { $0 != 0 })
    }
  }

  @Test("Channels that cannot occur are left out, and no others")
  func heads() async throws {
    try await onDevice {
      var example = Example(outputs: 9)
      example.size = [8, 16, 16]
      let all = try example.full().labelMap.voxels
      let need = BlockMask(on: example.grid) { _, _, _ in true }
      func run(_ channels: [Int]) throws -> [UInt16] {
        let region = ScheduledRegion(name: "r", priority: 1, channels: channels, need: need)
        return try example.run(
          WindowSchedule(regions: [region], on: example.grid, step: 0.5, order: .together)
        ).labelMap.voxels
      }
      #expect(try run(Array(1...8)) == all)
      let some = try run([2, 5])
      #expect(Set(some).isSubset(of: [0, 6, 15]))
      // Where one of the kept channels won before, it still wins.
      for (label, before) in zip(some, all) where [0, 6, 15].contains(before) {
        #expect(label == before)
      }
    }
  }

  /// A clock on which each window takes a second.
  final class WindowClock: Sendable {
    private let windows = Mutex(0)
    func tick() { windows.withLock { $0 += 1 } }
    var seconds: Double { Double(windows.withLock { $0 }) }
    func deadline(_ seconds: Double) -> Deadline {
      Deadline(seconds: seconds) { self.seconds }
    }
  }

  @Test("A deadline cuts the least important windows", arguments: [1, 2])
  func deadline(folds: Int) async throws {
    try await onDevice {
      let example = Example(folds: folds)
      let schedule = example.schedule(.byPriority)
      let whole = try example.run(schedule)
      let first = schedule.passes[0].windows.count * folds
      for seconds in 0...schedule.count * folds + 1 {
        let clock = WindowClock()
        let result = try example.run(schedule, deadline: clock.deadline(Double(seconds) + 0.5)) {
          _, _ in clock.tick()
        }
        // Nothing starts that would end too late, after the first window was measured.
        #expect(clock.seconds <= Double(max(seconds, folds)))
        let isWhole = seconds >= schedule.count * folds
        #expect(result.ranOut == !isWhole)
        if isWhole { #expect(result.labelMap == whole.labelMap) }
        if seconds >= first { #expect(result.windows[0] == schedule.passes[0].windows.count) }
        // What is there is what the whole run has, where windows do not overlap with missing ones.
        for block in 0..<example.grid.count where result.finished.isSet[block] {
          #expect(whole.finished.isSet[block])
        }
      }
    }
  }

  @Test("A deadline that is over before the first window leaves nothing, and says so")
  func over() async throws {
    try await onDevice {
      let example = Example()
      let clock = WindowClock()
      let result = try example.run(
        example.schedule(.byPriority),
        deadline: clock.deadline(0)
      )
      #expect(result.ranOut && result.windows == [0, 0] && result.finished.isEmpty)
      #expect(result.secondsPerWindow == nil)
      #expect(result.labelMap.voxels.allSatisfy { $0 == 0 })
    }
  }

  @Test("The same bytes for 1, 2 and 3 threads")
  func threads() async throws {
    try await onDevice {
      defer { try? TorchRuntime.start(threads: ProcessInfo.processInfo.activeProcessorCount) }
      let example = Example(outputs: 9)
      var labels: [[UInt16]] = []
      for threads in [1, 2, 3] {
        try TorchRuntime.start(threads: threads)
        labels.append(try example.run(example.schedule(.byPriority)).labelMap.voxels)
      }
      #expect(labels[1] == labels[0] && labels[2] == labels[0])
    }
  }

  @Test("A schedule without windows gives background")
  func nothing() async throws {
    try await onDevice {
      let example = Example()
      let schedule = WindowSchedule(regions: [], on: example.grid, step: 0.5, order: .together)
      let result = try example.run(schedule)
      #expect(result.labelMap.voxels.allSatisfy { $0 == 0 })
      #expect(!result.ranOut && result.finished.isEmpty)
    }
  }
}
