public import NeuralNetworks
public import Preprocessing
public import Torch
public import Volumes

/// Everything that decides how windows are run and put together.
public struct SlidingWindowOptions: Hashable, Sendable {
  /// The window `[D, H, W]`.
  public var windowSize: [Int]
  /// The distance between windows as a part of a window, in (0, 1].
  public var step: Double
  /// The spatial axes (0 D, 1 H, 2 W) over whose mirrorings predictions are averaged.
  public var mirroringAxes: [Int]
  /// How logits become labels.
  public var decision: LabelDecision
  /// Where and in which precision the network runs.
  public var placement: Placement
  /// Where the patient is; `nil` covers the whole grid as nnU-Net does.
  public var body: BodyExtent?

  /// Options from their values; the defaults are nnU-Net's.
  public init(
    windowSize: [Int],
    step: Double = 0.5,
    mirroringAxes: [Int] = [],
    decision: LabelDecision,
    placement: Placement = Placement(),
    body: BodyExtent? = nil
  ) {
    self.windowSize = windowSize
    self.step = step
    self.mirroringAxes = mirroringAxes
    self.decision = decision
    self.placement = placement
    self.body = body
  }
}

/// What a run of windows gave.
public struct SlidingWindowResult: Sendable {
  /// The labels on the scan's grid.
  public let labelMap: LabelMap
  /// Windows run, for one fold and without mirrorings.
  public let windows: Int
  /// Windows that cover the whole grid.
  public let possibleWindows: Int
  /// Seconds in the networks, in blending, and in restoration.
  public let seconds: (network: Double, blend: Double, restore: Double)
}

/// Segments a prepared case with one network, or several averaged.
///
/// Windows are run row by row along axis 0. Each is blended in half precision as nnU-Net does; each
/// plane that no later window reaches is restored to the scan's grid at once. One network is in
/// memory at a time: `network` is called for each fold, once per row where there are several.
/// - Parameters:
///   - prepared: the case, cropped, normalized and resampled.
///   - folds: how many networks are averaged; at least one.
///   - options: windows, mirrorings, precision and device.
///   - network: the network of fold 0, 1, …
///   - probabilities: where each channel's probabilities go as well, if wanted.
///   - fields: where the registration goes of a network that has one, if wanted.
///   - progress: called after each window with windows done and to do.
/// - Returns: the labels on the scan's own grid, counts of windows and times.
/// - Throws: ``InferenceError``, among them ``InferenceError/cancelled`` when the task is cancelled.
public func segment(
  _ prepared: PreparedCase,
  folds: Int,
  options: SlidingWindowOptions,
  network: (Int) throws(InferenceError) -> PreparedNetwork,
  probabilities: ProbabilityVolumes? = nil,
  fields: FieldBlend? = nil,
  progress: (Int, Int) -> Void = { _, _ in }
) throws(InferenceError) -> SlidingWindowResult {
  guard options.step > 0, options.step <= 1 else { throw .impossibleStep(options.step) }
  let whole = WindowPlan(size: prepared.size, windowSize: options.windowSize, step: options.step)
  let plan =
    options.body.map {
      WindowPlan(
        size: prepared.size,
        windowSize: options.windowSize,
        step: options.step,
        body: $0
      )
    } ?? whole
  let gaussian = gaussianWeights(size: options.windowSize)
  let ring = LogitRing(
    size: plan.paddedSize,
    windowDepth: options.windowSize[0],
    channels: options.decision.labels.count,
    folds: folds,
    hasBackgroundChannel: options.decision.hasBackgroundChannel
  )
  let restorer = try LabelRestorer(
    prepared.restoration,
    plan: plan,
    decision: options.decision,
    probabilities: probabilities
  )
  var clock = StageClock()
  var done = 0
  var current: PreparedNetwork?

  for row in plan.rows {
    try clock.time(\.restore) { () throws(InferenceError) in
      try ring.finish(before: row.plane, restorer.accept)
    }
    for fold in 0..<folds {
      let running: PreparedNetwork
      if folds == 1, let current {
        running = current
      } else {
        current = nil  // one fold's weights at a time
        running = try network(fold)
        current = running
      }
      guard running.inputChannels == prepared.channelCount else {
        throw .wrongChannelCount(found: prepared.channelCount, expected: running.inputChannels)
      }
      for start in row.starts {
        guard !Task.isCancelled else { throw .cancelled }
        let position = [row.plane] + start
        do {
          let logits = try clock.time(\.network) { () throws(TorchError) in
            let window = try LogitKernels.window(
              of: prepared.voxels,
              size: prepared.size,
              channels: prepared.channelCount,
              at: zip(position, plan.padding).map { $0 - $1 },
              size: options.windowSize,
              type: options.placement.type,
              on: options.placement.device
            )
            return try mirrored(
              window,
              axes: options.mirroringAxes,
              through: running
            ) { outputs throws(TorchError) in
              try fields?.add(outputs, of: running, at: position)
            }
          }
          try clock.time(\.blend) { () throws(TorchError) in
            try ring.add(logits, fold: fold, gaussian: gaussian, at: position)
          }
        } catch {
          throw .torch(error)
        }
        done += 1
        progress(done, plan.count * folds)
      }
    }
  }
  try clock.time(\.restore) { () throws(InferenceError) in
    try ring.finish(before: plan.paddedSize[0], restorer.accept)
  }
  return SlidingWindowResult(
    labelMap: restorer.labelMap,
    windows: plan.count,
    possibleWindows: whole.count,
    seconds: (clock.network, clock.blend, clock.restore)
  )
}

/// The mean of a network's answers to all mirrorings over the given axes, in nnU-Net's order.
///
/// `seeing` is called with all that leaves the network for the window as it is.
func mirrored(
  _ window: Tensor,
  axes: [Int],
  through network: PreparedNetwork,
  seeing: ([Tensor]) throws(TorchError) -> Void = { _ in }
) throws(TorchError) -> Tensor {
  let outputs = try network.outputs(of: window)
  try seeing(outputs)
  guard let sum = outputs.last else {
    throw .failed(operation: "a network", reason: "it has no output")
  }
  let combinations = mirrorings(of: axes)
  guard !combinations.isEmpty else { return sum }
  for combination in combinations {
    try sum.add(network(window.flipped(axes: combination)), flippedOn: combination)
  }
  try sum.divide(by: Double(combinations.count + 1))
  return sum
}

/// The non-empty subsets of the axes, smaller ones first, each in order.
package func mirrorings(of axes: [Int]) -> [[Int]] {
  let subsets = (1..<(1 << axes.count)).map { bits in
    axes.indices.filter { bits & (1 << $0) != 0 }
  }
  return subsets.sorted { a, b in
    a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
  }.map { $0.map { axes[$0] } }
}

extension LabelDecision {
  /// Whether channel 0 stands for what is none of the others.
  var hasBackgroundChannel: Bool {
    if case .firstMaximum = self { true } else { false }
  }
}

/// Seconds by stage.
struct StageClock {
  var network = 0.0
  var blend = 0.0
  var restore = 0.0

  mutating func time<Result, Failure: Error>(
    _ stage: WritableKeyPath<StageClock, Double>,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ContinuousClock.now
    let result = try body()
    self[keyPath: stage] += (ContinuousClock.now - start) / .seconds(1)
    return result
  }
}
