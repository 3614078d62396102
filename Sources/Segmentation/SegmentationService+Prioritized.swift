import Foundation
import ImageProcessing
import Inference
import Models
import NeuralNetworks
import Preprocessing
import Torch
import Volumes

/// What the windows of a run gave, however they were chosen.
struct FinishedWindows {
  var labelMap: LabelMap
  var run: Int
  var possible: Int
  var seconds: (network: Double, blend: Double, restore: Double)
  /// Where a scout chose them: what it did, and how far each structure was contoured.
  var prioritization: PrioritizationReport?
  var states: [String: StructureState] = [:]
}

extension SegmentationService {
  /// Runs the windows that a scout finds necessary, the most important first, until time runs out.
  func prioritizedWindows(
    _ prioritization: Prioritization,
    scout: Scout,
    look: (answer: Scout.Look, seconds: Double),
    model: LoadedModel,
    folds: [Int],
    prepared: PreparedCase,
    options: SlidingWindowOptions,
    started: Double,
    threads: Int,
    loading: (Double) -> Void,
    progress: (SegmentationProgress) -> Void
  ) throws -> FinishedWindows {
    let grid = BlockGrid(
      size: prepared.size,
      windowSize: options.windowSize,
      step: options.step
    )
    let outlook = try RegionOutlook(
      look.answer.answer,
      plan: scout.plan,
      prioritization,
      model: model.plan,
      grid: grid,
      restoration: prepared.restoration,
      threads: threads
    )
    let schedule = outlook.schedule(
      model: model.plan,
      grid: grid,
      step: options.step,
      order: prioritization.deadline == nil ? .together : .byPriority,
      body: options.body
    )
    let now = now
    let deadline = prioritization.deadline.map { seconds in
      Deadline(seconds: seconds - Prioritization.reserve(of: seconds)) { now() - started }
    }
    progress(.stage("Segmenting"))
    let result = try Inference.segment(
      prepared,
      schedule: schedule,
      folds: folds.count,
      options: options,
      deadline: deadline,
      network: { fold throws(InferenceError) in
        let start = ContinuousClock.now
        defer { loading(seconds(since: start)) }
        return try model.network(fold: folds[fold])
      },
      progress: { progress(.windows(done: $0, total: $1)) }
    )
    let answer = PrioritizedAnswer(
      result,
      schedule: schedule,
      outlook: outlook,
      answer: look.answer.answer,
      model: model.plan,
      restoration: prepared.restoration
    )
    return FinishedWindows(
      labelMap: answer.labelMap,
      run: result.windows.reduce(0, +),
      possible: schedule.possibleWindows,
      seconds: result.seconds,
      prioritization: PrioritizationReport(
        regions: answer.regions,
        runWindows: result.windows.reduce(0, +),
        scheduledWindows: schedule.count,
        scoutWindows: look.answer.windows,
        scoutSeconds: look.seconds,
        deadline: prioritization.deadline,
        ranOut: result.ranOut,
        secondsPerWindow: result.secondsPerWindow,
        isFullRun: outlook.isEmpty
      ),
      states: answer.states
    )
  }

  /// The scout of a model, read once for a row of cases.
  /// - Throws: ``ScoutError`` where there is none, or one for another model.
  func scout(
    of request: SegmentationRequest,
    model: LoadedModel,
    placement: Placement
  ) throws -> Scout {
    let folder = request.model.appending(path: ScoutPlan.folderName)
    let plan = try ScoutPlan(contentsOf: folder)
    let key = LoadedModel.Key(
      url: folder.standardizedFileURL,
      folds: nil,
      placement: Placement(device: placement.device)
    )
    if loadedScout?.key != key {
      loadedScout = nil
      loadedScout = try LoadedModel(key)
    }
    guard let loadedScout else { throw ScoutError.missing }
    return try Scout(model: loadedScout, plan: plan, for: model.plan)
  }
}
