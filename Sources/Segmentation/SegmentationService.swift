import Anatomy
import Foundation
import ImageProcessing
import Inference
import Models
import NeuralNetworks
import Preprocessing
import SegmentationMetrics
import Torch
import VolumeFiles
import Volumes

/// Study in, contours out: what the command line and a server call.
///
/// It lives on the device thread, so its runs follow one another; the model last used stays loaded.
public actor SegmentationService {
  private var loaded: LoadedModel?
  var loadedScout: LoadedModel?
  /// Seconds on a clock that never goes back; deadlines are kept by it.
  let now: @Sendable () -> Double
  private var reading: (request: SegmentationRequest, task: Task<[Scan], any Error>)?

  /// A service with nothing loaded.
  public init() {
    let start = ContinuousClock.now
    self.init { seconds(since: start) }
  }

  /// A service that keeps deadlines by a clock: seconds that never go back.
  package init(now: @escaping @Sendable () -> Double) {
    self.now = now
    TorchRuntime.prepare()
  }

  /// libtorch belongs to one thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }

  /// Segments one case.
  /// - Parameters:
  ///   - request: the case and how to run it.
  ///   - next: the case that will be asked for next; it is read while this one is computed.
  ///   - progress: called from the device thread.
  /// - Returns: the labels on the scan's grid and what the run did.
  /// - Throws: the error of the stage that failed, one sentence each; ``InferenceError/cancelled``
  ///   when the task is cancelled.
  public func segment(
    _ request: SegmentationRequest,
    next: SegmentationRequest? = nil,
    progress: @Sendable (SegmentationProgress) -> Void = { _ in }
  ) async throws -> SegmentationResult {
    var clock = RunClock()
    let started = now()
    let threads = request.threads ?? ProcessInfo.processInfo.activeProcessorCount
    try TorchRuntime.start(threads: threads)
    let placement = try Placement(request)

    progress(.stage("Loading the model"))
    let model = try model(for: request, placement: placement)
    let plan = model.plan
    clock.lap("load")
    let places = try plan.presentChannels(request)
    if request.findsRegistration { try plan.requireRegistration() }
    progress(.stage("Reading the scan"))
    let read = try await scans(for: request)
    if let next { startReading(next) }
    clock.lap("read")
    let scans = try CaseScans(
      read,
      at: places,
      of: plan,
      request: request,
      threads: threads,
      progress: progress
    )
    let scan = scans.contoured.volume
    if !scans.uses.isEmpty { clock.lap("align") }

    var previousLabels: LabelMap?
    if let stage = plan.previousStage {
      previousLabels = try await labels(
        ofPreviousStage: stage,
        for: request,
        plan: plan,
        progress: progress
      )
      clock.lap("previousStage")
    }
    var scouted: (scout: Scout, look: Scout.Look, seconds: Double)?
    if request.prioritization != nil {
      progress(.stage("Scouting"))
      let start = ContinuousClock.now
      let scout = try scout(of: request, model: model, placement: placement)
      let look = try scout.look(at: scans.volumes, of: plan, threads: threads)
      scouted = (scout, look, seconds(since: start))
      clock.lap("scout")
    }
    progress(.stage("Preparing"))
    let prepared = scans.emptied(
      try prepare(
        scans.volumes,
        plan: plan.preparation,
        previousLabels: previousLabels,
        previousStageLabels: plan.previousStageLabels,
        threads: threads
      )
    )
    clock.lap("prepare")
    var body: BodyExtent?
    if request.placement == .body {
      let mask = bodyMask(
        of: scan,
        contrast: scans.contoured.isCT ? .ct : .mr,
        threads: threads
      )
      body = BodyExtent(of: mask, in: prepared.restoration)
      clock.lap("body")
    }
    let run = try FoldRun(request, model: model, voxels: prepared.size.reduce(1, *))
    let axes = run.mirroring ? plan.mirroringAxes : []
    let options = SlidingWindowOptions(
      windowSize: plan.patchSize,
      step: run.step,
      mirroringAxes: axes,
      decision: plan.outputs.decision,
      placement: placement,
      body: body
    )
    let probabilities = try ProbabilityFiles(request, plan: plan, grid: scan.grid)
    let fields =
      request.findsRegistration ? FieldBlend(prepared, options: options) : nil
    let result: FinishedWindows
    if let prioritization = request.prioritization, let scouted {
      result = try prioritizedWindows(
        prioritization,
        scout: scouted.scout,
        look: (scouted.look, scouted.seconds),
        model: model,
        folds: run.folds,
        prepared: prepared,
        options: options,
        started: started,
        threads: threads,
        loading: { clock.add($0, to: "load") },
        progress: progress
      )
    } else {
      progress(.stage("Segmenting"))
      let all = try Inference.segment(
        prepared,
        folds: run.folds.count,
        options: options,
        network: { fold throws(InferenceError) in
          let start = ContinuousClock.now
          defer { clock.add(seconds(since: start), to: "load") }
          return try model.network(fold: run.folds[fold])
        },
        probabilities: probabilities?.volumes,
        fields: fields,
        progress: { progress(.windows(done: $0, total: $1)) }
      )
      result = FinishedWindows(
        labelMap: all.labelMap,
        run: all.windows,
        possible: all.possibleWindows,
        seconds: all.seconds
      )
    }
    clock.add(result.seconds.network, to: "network")
    clock.add(result.seconds.blend, to: "blend")
    clock.add(result.seconds.restore, to: "restore")
    clock.skip()
    if let probabilities {
      try probabilities.write(scheme: plan.labels)
      clock.lap("probabilities")
    }

    var registration: NetworkRegistration?
    if let fields, let other = plan.registeredScan(among: scans) {
      registration = try NetworkRegistration(
        of: other,
        onto: scan.grid,
        by: fields.displacements(prepared.restoration),
        threads: threads
      )
      clock.lap("registration")
    }
    var labelMap = result.labelMap
    var cleanups: [RunReport.Cleanup] = []
    if request.postprocessing, let postprocessing = model.postprocessing {
      cleanups = labelMap.clean(by: postprocessing)
      clock.lap("postprocessing")
    }
    if let sides = plan.mergedSides {
      labelMap = labelMap.split(sides, in: scans.contoured, threads: threads)
      clock.lap("sides")
    }
    let volumes = LabelVolumes(labelMap)
    let states = plan.finishedStates(result.states)
    let scheme = LabelScheme(
      entries: plan.finishedLabels.entries.filter { states[$0.name] != .unwanted }
    )
    let report = RunReport(
      versions: ["delineate": delineateVersion, "libtorch": TorchRuntime.version],
      model: RunReport.ModelIdentity(
        name: "\(plan.name) \(plan.configuration)",
        trainer: plan.trainer,
        sha256: model.provenance.sources.map(\.sha256),
        folds: run.folds.map { model.foldNames[$0] }
      ),
      grid: RunReport.Grid(scan.grid),
      settings: RunReport.Settings(
        precision: request.precision.rawValue,
        device: placement.device.rawValue,
        threads: threads,
        mirroringAxes: axes,
        step: run.step,
        windowPlacement: request.placement.rawValue
      ),
      windows: RunReport.Windows(run: result.run, possible: result.possible),
      seconds: clock.report,
      peakMemoryInMegabytes: peakMemoryInMegabytes(),
      scans: scans.uses,
      structures: scheme.entries.map {
        RunReport.StructureSummary(
          name: $0.name,
          label: $0.label,
          voxels: volumes.voxelCount(of: $0.label),
          volumeInMilliliters: volumes.volumeInMilliliters(of: $0.label),
          state: states[$0.name]
        )
      },
      warnings: scans.warnings(prepared: prepared)
        + request.warnings(result, states, scheme: scheme, volumes: volumes)
        + request.warnings(registration),
      postprocessing: cleanups,
      registration: registration?.summary,
      prioritization: result.prioritization
    )
    return SegmentationResult(
      labelMap: labelMap,
      scheme: scheme.marked(states),
      scan: scan,
      isCT: scans.contoured.isCT,
      source: scans.contoured.source,
      others: scans.others,
      registration: registration,
      report: report
    )
  }

  /// The model of a request, read once for a row of cases.
  private func model(
    for request: SegmentationRequest,
    placement: Placement
  ) throws -> LoadedModel {
    let key = LoadedModel.Key(
      url: request.model.standardizedFileURL,
      folds: request.folds,
      placement: placement,
      hasField: request.findsRegistration
    )
    if let loaded, loaded.key == key { return loaded }
    loaded = nil
    let model = try LoadedModel(key)
    loaded = model
    return model
  }

  private func scans(for request: SegmentationRequest) async throws -> [Scan] {
    if let reading, reading.request == request {
      self.reading = nil
      return try await reading.task.value
    }
    return try await Self.read(request)
  }

  private func startReading(_ request: SegmentationRequest) {
    reading = (request, Task.detached { try await Self.read(request) })
  }

  @concurrent private nonisolated static func read(
    _ request: SegmentationRequest
  ) async throws -> [Scan] {
    let selector = request.series.map(SeriesSelector.init)
    return try request.inputs.map { try readScan(at: $0, series: selector) }
  }
}
