public import NeuralNetworks
public import Preprocessing
import Torch
public import Volumes

/// What a schedule's windows gave.
public struct ScheduledResult: Sendable {
  /// The labels on the scan's grid; 0 in blocks that no window was trusted with.
  public let labelMap: LabelMap
  /// The blocks that have their labels.
  public let finished: BlockMask
  /// Windows run for each region of the schedule.
  public let windows: [Int]
  /// Seconds of networks and blending for each region of the schedule.
  public let regionSeconds: [Double]
  /// Whether the deadline came before the last window.
  public let ranOut: Bool
  /// The mean seconds of a window; `nil` without a deadline, or before the first.
  public let secondsPerWindow: Double?
  /// Seconds in the networks, in blending, and in restoration.
  public let seconds: (network: Double, blend: Double, restore: Double)
}

/// Runs the windows of a schedule, pass by pass, until all are run or the deadline comes.
///
/// Each pass has a ring of planes one window deep, no wider than its windows, and only the output
/// channels that can occur in it. Where the pass is everything as nnU-Net places it, labels are those
/// of ``segment(_:folds:options:network:probabilities:progress:)``.
/// - Parameters:
///   - prepared: the case, cropped, normalized and resampled.
///   - schedule: the windows.
///   - folds: how many networks are averaged; at least one.
///   - options: mirrorings, precision and device; the windows are the schedule's.
///   - deadline: when windows must be through, if ever.
///   - network: the network of fold 0, 1, …
///   - progress: called after each window with windows done and to do.
/// - Returns: the labels on the scan's own grid, and how far the schedule came.
/// - Throws: ``InferenceError``, among them ``InferenceError/cancelled`` when the task is cancelled.
public func segment(
  _ prepared: PreparedCase,
  schedule: WindowSchedule,
  folds: Int,
  options: SlidingWindowOptions,
  deadline: Deadline? = nil,
  network: (Int) throws(InferenceError) -> UNet,
  progress: (Int, Int) -> Void = { _, _ in }
) throws(InferenceError) -> ScheduledResult {
  precondition(
    schedule.grid.size == prepared.size && schedule.grid.windowSize == options.windowSize,
    "the schedule was made for this case and these windows"
  )
  var run = ScheduleRun(prepared, schedule: schedule, options: options, deadline: deadline)
  for index in schedule.passes.indices where !run.ranOut {
    try run.pass(index, folds: folds, network: network, progress: progress)
  }
  return run.result
}

/// A schedule on its way.
private struct ScheduleRun {
  private let prepared: PreparedCase
  private let schedule: WindowSchedule
  private let options: SlidingWindowOptions
  private let padding: [Int]
  private let gaussian: [UInt16]
  private var pace: WindowPace
  private var clock = StageClock()
  private var labelMap: LabelMap
  /// For each block, 1 + the pass that it takes its labels from; 0 where none was trusted with it.
  private var owners: [UInt8]
  private var windows: [Int]
  private var regionSeconds: [Double]
  private var done = 0
  private(set) var ranOut = false

  init(
    _ prepared: PreparedCase,
    schedule: WindowSchedule,
    options: SlidingWindowOptions,
    deadline: Deadline?
  ) {
    self.prepared = prepared
    self.schedule = schedule
    self.options = options
    padding = zip(prepared.size, options.windowSize).map { max(0, $1 - $0) / 2 }
    gaussian = gaussianWeights(size: options.windowSize)
    pace = WindowPace(deadline)
    labelMap = LabelMap(repeating: 0, grid: prepared.restoration.originalGrid)
    owners = [UInt8](repeating: 0, count: schedule.grid.count)
    windows = [Int](repeating: 0, count: schedule.regions.count)
    regionSeconds = [Double](repeating: 0, count: schedule.regions.count)
  }

  var result: ScheduledResult {
    var index = 0
    let finished = BlockMask(on: schedule.grid) { _, _, _ in
      defer { index += 1 }
      return owners[index] != 0
    }
    return ScheduledResult(
      labelMap: labelMap,
      finished: finished,
      windows: windows,
      regionSeconds: regionSeconds,
      ranOut: ranOut,
      secondsPerWindow: pace.secondsPerWindow,
      seconds: (clock.network, clock.blend, clock.restore)
    )
  }

  /// Runs one pass, or as much of it as time allows.
  mutating func pass(
    _ index: Int,
    folds: Int,
    network: (Int) throws(InferenceError) -> UNet,
    progress: (Int, Int) -> Void
  ) throws(InferenceError) {
    let pass = schedule.passes[index]
    guard let mark = UInt8(exactly: index + 1) else { return }
    let channels = options.decision.hasBackgroundChannel ? [0] + pass.channels : pass.channels
    let decision = options.decision.keeping(channels)
    let box = (0..<3).map { axis in
      let starts = pass.windows.map { $0.start[axis] + padding[axis] }
      return (starts.min() ?? 0)..<(starts.max() ?? 0) + options.windowSize[axis]
    }
    let ring = LogitRing(
      size: box.map(\.count),
      windowDepth: options.windowSize[0],
      channels: channels.count,
      folds: folds,
      hasBackgroundChannel: options.decision.hasBackgroundChannel
    )
    let restorer = try PassRestorer(
      prepared.restoration,
      box: box,
      padding: padding,
      grid: schedule.grid,
      decision: decision
    )
    var current: UNet?
    for row in pass.rows(isSingle: folds == 1) {
      guard pace.allows(row.count) else {
        ranOut = true
        break
      }
      let plane = row[0].start[0] + padding[0] - box[0].lowerBound
      try finish(ring, before: plane, restorer, mark)
      pace.begin()
      for fold in 0..<folds {
        if folds > 1 || current == nil {
          current = nil  // one fold's weights at a time
          current = try restricted(network(fold), to: channels)
        }
        guard let unet = current else { continue }
        for window in row {
          guard !Task.isCancelled else { throw .cancelled }
          let start = ContinuousClock.now
          let logits = try logits(of: window, unet)
          let place = (0..<3).map { window.start[$0] + padding[$0] - box[$0].lowerBound }
          do {
            try clock.time(\.blend) { () throws(TorchError) in
              try ring.add(logits, fold: fold, gaussian: gaussian, at: place)
            }
          } catch {
            throw .torch(error)
          }
          regionSeconds[window.region] += (ContinuousClock.now - start) / .seconds(1)
          done += 1
          progress(done, schedule.count * folds)
        }
      }
      pace.end(windows: row.count)
      for window in row {
        own(window, mark, isWholeGrid: pass.isWholeGrid)
        windows[window.region] += 1
      }
    }
    try finish(ring, before: box[0].count, restorer, mark)
  }

  /// Restores the planes that no window reaches any more.
  private mutating func finish(
    _ ring: LogitRing,
    before plane: Int,
    _ restorer: PassRestorer,
    _ mark: UInt8
  ) throws(InferenceError) {
    let start = ContinuousClock.now
    let counts = schedule.grid.counts
    try ring.finish(before: plane) { plane, previous, current throws(TorchError) in
      try restorer.accept(
        plane: plane,
        previous: previous,
        current: current,
        into: &labelMap,
        owners: owners,
        pass: mark,
        blockCounts: counts
      )
    }
    clock.restore += (ContinuousClock.now - start) / .seconds(1)
  }

  /// Gives a window the blocks that it is the first to be trusted with.
  private mutating func own(_ window: WindowSchedule.Window, _ mark: UInt8, isWholeGrid: Bool) {
    let grid = schedule.grid
    let counts = grid.counts
    let box =
      isWholeGrid
      ? (0..<3).map { grid.axes[$0].touched(window.start[$0]) }
      : grid.trusted(windowAt: window.start)
    for d in box[0] {
      for h in box[1] {
        let row = (d * counts[1] + h) * counts[2]
        for w in box[2] where owners[row + w] == 0 { owners[row + w] = mark }
      }
    }
  }

  private func restricted(
    _ network: UNet,
    to channels: [Int]
  ) throws(InferenceError) -> UNet {
    guard network.inputChannels == prepared.channelCount else {
      throw .wrongChannelCount(found: prepared.channelCount, expected: network.inputChannels)
    }
    guard channels.count < options.decision.labels.count else { return network }
    do { return try network.keepingOutputs(channels) } catch { throw .torch(error) }
  }

  private mutating func logits(
    of window: WindowSchedule.Window,
    _ unet: UNet
  ) throws(InferenceError) -> Tensor {
    do {
      return try clock.time(\.network) { () throws(TorchError) in
        let input = try LogitKernels.window(
          of: prepared.voxels,
          size: prepared.size,
          channels: prepared.channelCount,
          at: window.start,
          size: options.windowSize,
          type: options.placement.type,
          on: options.placement.device
        )
        return try mirrored(input, axes: options.mirroringAxes, through: unet)
      }
    } catch {
      throw .torch(error)
    }
  }
}

extension WindowSchedule.Pass {
  /// The windows by what is run between two looks at the clock: one by one, or, where networks
  /// follow one another, all that start on one plane.
  fileprivate func rows(isSingle: Bool) -> [[WindowSchedule.Window]] {
    guard !isSingle else { return windows.map { [$0] } }
    var rows: [[WindowSchedule.Window]] = []
    for window in windows {
      if rows.last?.first?.start[0] == window.start[0] {
        rows[rows.count - 1].append(window)
      } else {
        rows.append([window])
      }
    }
    return rows
  }
}

extension LabelDecision {
  /// The decision between some of the channels.
  fileprivate func keeping(_ channels: [Int]) -> LabelDecision {
    switch self {
    case .firstMaximum(let labels): .firstMaximum(labels: channels.map { labels[$0] })
    case .lastRegion(let labels): .lastRegion(labels: channels.map { labels[$0] })
    }
  }
}
