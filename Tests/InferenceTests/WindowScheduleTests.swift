import Inference
import TestSupport
import Testing

@Suite("Schedules of windows")
struct WindowScheduleTests {
  /// A grid, windows, and some regions in boxes, drawn.
  struct Draw: CustomTestStringConvertible {
    let seed: UInt64
    let grid: BlockGrid
    let step: Double
    let regions: [ScheduledRegion]
    var testDescription: String { "seed \(seed)" }

    init(seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      let window = (0..<3).map { _ in [3, 8, 16, 24, 40].randomElement(using: &generator) ?? 8 }
      let size = window.map { Int.random(in: max(1, $0 / 2)...$0 * 5, using: &generator) }
      self.seed = seed
      step = Double.random(in: 0.2...1, using: &generator)
      let grid = BlockGrid(size: size, windowSize: window, step: step)
      self.grid = grid
      regions = (0..<Int.random(in: 0...4, using: &generator)).map { index in
        let boxes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          (0..<3).map { axis in
            let ends = (0..<2).map { _ in Int.random(in: 0...grid.counts[axis], using: &generator) }
            return ends.min() ?? 0..<(ends.max() ?? 0)
          }
        }
        var need = BlockMask(on: grid)
        for box in boxes { need.set(box) }
        return ScheduledRegion(
          name: "region \(index)",
          priority: Int.random(in: 1...3, using: &generator),
          channels: [index + 1],
          need: need
        )
      }
    }

    func schedule(_ order: WindowSchedule.Order) -> WindowSchedule {
      WindowSchedule(regions: regions, on: grid, step: step, order: order)
    }
  }

  static let orders = [WindowSchedule.Order.together, .byPriority]

  @Test("Each block of each region is trusted to a window", arguments: 0..<150 as Range<UInt64>)
  func covers(seed: UInt64) {
    let draw = Draw(seed: seed)
    for schedule in Self.orders.map(draw.schedule) {
      var trusted = BlockMask(on: draw.grid)
      for window in schedule.passes.flatMap(\.windows) {
        trusted.set(draw.grid.trusted(windowAt: window.start))
      }
      for region in schedule.regions {
        var rest = region.need
        rest.subtract(trusted)
        #expect(rest.isEmpty)
      }
    }
  }

  @Test("A trusted block has the core's margin around it, or the end of the grid")
  func margins() {
    for seed in 0..<100 as Range<UInt64> {
      let draw = Draw(seed: seed)
      for window in draw.schedule(.together).passes.flatMap(\.windows) {
        let box = draw.grid.trusted(windowAt: window.start)
        for axis in 0..<3 {
          let (size, width) = (draw.grid.size[axis], draw.grid.windowSize[axis])
          let core = (draw.step * Double(width)).rounded()
          let margin = max(1, Int(((Double(width) - core) / 2).rounded(.down)))
          let start = window.start[axis]
          #expect(start >= min(0, size - width) && start <= max(0, size - width))
          guard let first = box[axis].first, let last = box[axis].last else { continue }
          let lower = draw.grid.voxels(axis: axis, block: first).lowerBound
          let upper = draw.grid.voxels(axis: axis, block: last).upperBound
          #expect(lower == 0 || lower - start >= margin || width < 3)
          #expect(upper == size || start + width - upper >= margin || width < 3)
          #expect(start <= lower && upper <= start + width)
        }
      }
    }
  }

  @Test("Windows are never more than nnU-Net's whole grid, where all is needed and steps agree")
  func neverMore() {
    for size in [[48, 64, 64], [100, 90, 200], [33, 65, 129]] {
      let grid = BlockGrid(size: size, windowSize: [32, 48, 48], step: 0.5)
      let region = ScheduledRegion(
        name: "all",
        priority: 1,
        channels: [1],
        need: BlockMask(on: grid) { _, _, _ in true }
      )
      let schedule = WindowSchedule(regions: [region], on: grid, step: 0.5, order: .together)
      #expect(schedule.count <= schedule.possibleWindows)
    }
  }

  @Test("A small organ in a large scan needs one window, around it")
  func oneWindow() throws {
    let grid = BlockGrid(size: [100, 200, 200], windowSize: [32, 48, 48], step: 0.5)
    var need = BlockMask(on: grid)
    let center = grid.counts.map { $0 / 2 }
    need.set(center.map { $0..<$0 + 2 })
    let schedule = WindowSchedule(
      regions: [ScheduledRegion(name: "organ", priority: 1, channels: [3], need: need)],
      on: grid,
      step: 0.5,
      order: .together
    )
    #expect(schedule.count == 1)
    #expect(schedule.possibleWindows == 6 * 8 * 8)
    let pass = try #require(schedule.passes.first)
    #expect(pass.channels == [3])
    for axis in 0..<3 {
      let first = grid.voxels(axis: axis, block: center[axis]).lowerBound
      let last = grid.voxels(axis: axis, block: center[axis] + 1).upperBound
      let middle = pass.windows[0].start[axis] * 2 + grid.windowSize[axis]
      #expect(abs(middle - first - last) <= 1)
    }
  }

  @Test("The most important region comes first, and later passes only do what is left")
  func priorities() {
    for seed in 0..<100 as Range<UInt64> {
      let draw = Draw(seed: seed)
      let schedule = draw.schedule(.byPriority)
      let priorities = schedule.regions.map(\.priority)
      #expect(priorities == priorities.sorted())
      var owned = BlockMask(on: draw.grid)
      var last = 0
      for pass in schedule.passes {
        let tiers = Set(pass.windows.map { schedule.regions[$0.region].priority })
        // A window is attributed to the most important region that still needs it.
        #expect((tiers.min() ?? 0) > last)
        last = tiers.min() ?? last
        for window in pass.windows {
          let box = draw.grid.trusted(windowAt: window.start)
          var need = schedule.regions[window.region].need
          need.subtract(owned)
          #expect(need.contains(anyIn: box))
        }
        for window in pass.windows { owned.set(draw.grid.trusted(windowAt: window.start)) }
        #expect(pass.windows.map(\.start[0]) == pass.windows.map(\.start[0]).sorted())
      }
    }
  }

  @Test("All regions together need no more windows than one after the other")
  func together() {
    var fewer = 0
    for seed in 0..<100 as Range<UInt64> {
      let draw = Draw(seed: seed)
      let (one, several) = (draw.schedule(.together), draw.schedule(.byPriority))
      #expect(one.passes.count <= 1)
      if one.count < several.count { fewer += 1 }
    }
    #expect(fewer > 10)
  }

  @Test("A region keeps its channels in every pass that it has a part in")
  func channels() {
    for seed in 0..<100 as Range<UInt64> {
      let draw = Draw(seed: seed)
      for schedule in Self.orders.map(draw.schedule) {
        var owned = BlockMask(on: draw.grid)
        for pass in schedule.passes {
          var own = BlockMask(on: draw.grid)
          for window in pass.windows { own.set(draw.grid.trusted(windowAt: window.start)) }
          own.subtract(owned)
          for region in schedule.regions where region.need.intersects(own) {
            #expect(Set(pass.channels).isSuperset(of: region.channels))
          }
          owned.formUnion(own)
        }
      }
    }
  }

  @Test("No region, or only empty ones, need no window")
  func empty() {
    let grid = BlockGrid(size: [20, 20, 20], windowSize: [8, 8, 8], step: 0.5)
    let region = ScheduledRegion(
      name: "absent",
      priority: 1,
      channels: [1],
      need: BlockMask(on: grid)
    )
    for regions in [[], [region]] {
      for order in Self.orders {
        let schedule = WindowSchedule(regions: regions, on: grid, step: 0.5, order: order)
        #expect(schedule.count == 0 && schedule.passes.isEmpty)
        #expect(schedule.possibleWindows == 64)
      }
    }
  }
}
