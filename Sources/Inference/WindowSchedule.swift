/// A part of the patient that windows are scheduled for.
public struct ScheduledRegion: Hashable, Sendable {
  /// What it is called.
  public var name: String
  /// The place in the order of work; 1 comes first.
  public var priority: Int
  /// The network's output channels that can occur in it; background is not among them.
  public var channels: [Int]
  /// Where it may be.
  public var need: BlockMask

  /// A region from its parts.
  public init(name: String, priority: Int, channels: [Int], need: BlockMask) {
    self.name = name
    self.priority = priority
    self.channels = channels
    self.need = need
  }
}

/// Which windows are run, in which order, and what each is run for.
///
/// A schedule is a value that follows from the regions alone. It consists of passes: the windows of
/// one pass are blended with one another, and each block of the grid takes its labels from the first
/// pass that has a window trusted with it.
public struct WindowSchedule: Hashable, Sendable {
  /// What the order of the work serves.
  public enum Order: String, Hashable, Sendable, Codable {
    /// All regions in one pass, with the fewest windows.
    case together
    /// A pass for each priority, the most important first, so that time may run out.
    case byPriority
  }

  /// One window.
  public struct Window: Hashable, Sendable {
    /// Where it starts, in the prepared grid's indices.
    public let start: [Int]
    /// The most important region that needs it: an index of ``WindowSchedule/regions``.
    public let region: Int
  }

  /// Windows that are blended with one another.
  public struct Pass: Hashable, Sendable {
    /// The network's output channels that can occur where it is trusted, in rising order.
    public let channels: [Int]
    /// The windows, in rising order of their starts.
    public let windows: [Window]
    /// Whether they lie as nnU-Net places them, so that every block they touch is theirs.
    public let isWholeGrid: Bool
  }

  /// The blocks.
  public let grid: BlockGrid
  /// The regions, the most important first.
  public let regions: [ScheduledRegion]
  /// The passes, in order.
  public let passes: [Pass]
  /// Windows that cover the whole grid as nnU-Net places them.
  public let possibleWindows: Int

  /// The number of windows.
  public var count: Int { passes.reduce(0) { $0 + $1.windows.count } }

  /// The blocks that some window is trusted with.
  public var trusted: BlockMask {
    var trusted = BlockMask(on: grid)
    for pass in passes {
      for window in pass.windows {
        trusted.set(
          pass.isWholeGrid
            ? (0..<3).map { grid.axes[$0].touched(window.start[$0]) }
            : grid.trusted(windowAt: window.start)
        )
      }
    }
    return trusted
  }

  /// The schedule that covers each region with few windows.
  /// - Parameters:
  ///   - regions: what is looked for; those without a block need no window.
  ///   - grid: the blocks.
  ///   - step: the distance of nnU-Net's windows, for counting them.
  ///   - order: what the order serves.
  public init(
    regions: [ScheduledRegion],
    on grid: BlockGrid,
    step: Double,
    order: Order
  ) {
    let sorted = regions.enumerated()
      .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
      .map(\.element)
    self.grid = grid
    self.regions = sorted
    possibleWindows = WindowPlan(size: grid.size, windowSize: grid.windowSize, step: step).count
    var owned = BlockMask(on: grid)
    var passes: [Pass] = []
    var windows: [[Int]] = []
    for priority in Set(sorted.map(\.priority)).sorted() {
      var need = BlockMask(on: grid)
      for region in sorted where region.priority == priority { need.formUnion(region.need) }
      need.subtract(owned)
      let starts = Inference.windows(covering: need)
      guard !starts.isEmpty else { continue }
      let pass = Self.pass(starts, regions: sorted, owned: owned, grid: grid)
      owned.formUnion(pass.trusted)
      passes.append(pass.pass)
      windows += starts
    }
    if order == .together, !windows.isEmpty {
      var need = BlockMask(on: grid)
      for region in sorted { need.formUnion(region.need) }
      let starts = Inference.windows(covering: need, orWith: windows)
      passes = [Self.pass(starts, regions: sorted, owned: BlockMask(on: grid), grid: grid).pass]
    }
    self.passes = passes
  }

  /// The schedule that covers everything as nnU-Net does, for one region.
  /// - Parameters:
  ///   - name: what the region is called.
  ///   - grid: the blocks.
  ///   - channels: the network's output channels but background.
  ///   - step: the distance between windows.
  ///   - body: where the patient is; `nil` covers the whole grid.
  public init(
    everywhere name: String,
    on grid: BlockGrid,
    channels: [Int],
    step: Double,
    body: BodyExtent? = nil
  ) {
    self.grid = grid
    let whole = WindowPlan(size: grid.size, windowSize: grid.windowSize, step: step)
    let plan = body.map {
      WindowPlan(size: grid.size, windowSize: grid.windowSize, step: step, body: $0)
    }
    possibleWindows = whole.count
    let windows = (plan ?? whole).rows.flatMap { row in
      row.starts.map { start in
        Window(start: zip([row.plane] + start, whole.padding).map { $0 - $1 }, region: 0)
      }
    }
    var need = BlockMask(on: grid)
    for window in windows { need.set((0..<3).map { grid.axes[$0].touched(window.start[$0]) }) }
    regions = [ScheduledRegion(name: name, priority: 1, channels: channels, need: need)]
    passes = windows.isEmpty ? [] : [Pass(channels: channels, windows: windows, isWholeGrid: true)]
  }

  /// A pass, and the blocks that it is trusted with.
  private static func pass(
    _ starts: [[Int]],
    regions: [ScheduledRegion],
    owned: BlockMask,
    grid: BlockGrid
  ) -> (pass: Pass, trusted: BlockMask) {
    // What earlier passes own is no reason for a window.
    let needs = regions.map { region in
      var need = region.need
      need.subtract(owned)
      return need
    }
    var trusted = BlockMask(on: grid)
    var windows: [Window] = []
    for start in starts {
      let box = grid.trusted(windowAt: start)
      trusted.set(box)
      let region = needs.firstIndex { $0.contains(anyIn: box) }
      windows.append(Window(start: start, region: region ?? 0))
    }
    var own = trusted
    own.subtract(owned)
    let channels = Set(regions.filter { $0.need.intersects(own) }.flatMap(\.channels))
    return (Pass(channels: channels.sorted(), windows: windows, isWholeGrid: false), trusted)
  }
}
