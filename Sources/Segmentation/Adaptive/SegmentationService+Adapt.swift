import Adaptation
import Anatomy
import Foundation
import Models
import SegmentationMetrics
import VolumeFiles
import Volumes

extension SegmentationService {
  /// Contours a patient's later scan, guided by earlier contours that lie on its grid.
  ///
  /// Finds the earlier tumors, draws the model's channels around them, runs the network once a margin,
  /// averages, decides which structures have vanished, and compares with before. The earlier contours
  /// themselves are never given out as a result.
  /// - Parameters:
  ///   - request: The patient, the model and how to run it.
  ///   - guidance: What is known from before, on the later scan's grid.
  ///   - progress: Called from the device thread.
  /// - Returns: The new contours, and how they differ from the earlier ones.
  /// - Throws: ``AdaptError``, `AdaptationError`, or the error of the stage that failed.
  public func adapt(
    _ request: AdaptRequest,
    guidance: AdaptGuidance,
    progress: @Sendable (SegmentationProgress) -> Void = { _ in }
  ) async throws -> AdaptResult {
    let prior = guidance.prior
    let plan = try inspectModel(at: request.settings.model).plan
    let channels = try adaptiveChannels(of: plan)
    let rules = try adaptationRules(of: request.settings.model)
    let folder = try PrivateFiles()
    let steps = try AdaptSteps(folder: request.stepsFolder)
    let followsMargin = channels.contains(where: \.hasMargin)
    let margins = followsMargin && plan.hasClasses ? request.margins : [0.5]
    var ensemble: ProbabilityMean?
    var first: SegmentationResult?
    for (run, margin) in margins.enumerated() {
      var settings = request.settings
      settings.inputs = try channels.enumerated().map { index, channel in
        let name = channel.hasMargin ? "\(index)_\(run).nii.gz" : "\(index).nii.gz"
        let place = folder.url.appending(path: name)
        if run == 0 || channel.hasMargin {
          let volume = try prior.volume(of: channel, margin: .share(margin))
          try VolumeFiles.write(volume, to: place)
          let isOneOfMany = channel.hasMargin && margins.count > 1
          try steps?.write(volume, channel: channel.name + (isOneOfMany ? "_\(margin)" : ""))
        }
        return place
      }
      settings.probabilitiesFolder =
        margins.count > 1 ? folder.url.appending(path: "probabilities_\(run)") : nil
      let result = try await segment(settings, progress: progress)
      if let probabilities = settings.probabilitiesFolder {
        try ensemble.add(probabilities, scheme: result.scheme, grid: prior.later.grid)
      }
      first = first ?? result
    }
    guard let first else { throw AdaptError.notAdaptive(channels: plan.channelNames) }
    var labels = ensemble?.labels ?? first.labelMap
    var warnings = guidance.notes + first.report.warnings.filter { !$0.hasPrefix("Not found") }
    if prior.instances.isEmpty {
      warnings.append("The earlier contours are empty: nothing guides the network.")
    }
    var changes = prior.changes(to: labels, scheme: first.scheme)
    let vanished = request.followsExistence ? rules.vanished(among: changes) : []
    if !vanished.isEmpty {
      warnings += vanished.map(\.sentence)
      let names = Set(vanished.map(\.structure))
      let cleared = Set(first.scheme.entries.filter { names.contains($0.name) }.map(\.label))
      labels = labels.map { cleared.contains($0) ? 0 : $0 }
      changes = prior.changes(to: labels, scheme: first.scheme)
    }
    let found = LabelVolumes(labels)
    var intervals: [String: ClosedRange<Double>] = [:]
    for entry in first.scheme.entries {
      let volume = found.volumeInMilliliters(of: entry.label)
      guard volume > 0, let rule = rules.interval(of: entry.name) else { continue }
      intervals[entry.name] = rule.interval(milliliters: volume)
    }
    var report = first.report
    report.warnings = warnings
    report.structures = first.scheme.entries.map {
      RunReport.StructureSummary(
        name: $0.name,
        label: $0.label,
        voxels: found.voxelCount(of: $0.label),
        volumeInMilliliters: found.volumeInMilliliters(of: $0.label)
      )
    }
    return AdaptResult(
      segmentation: SegmentationResult(
        labelMap: labels,
        scheme: first.scheme,
        scan: prior.later,
        isCT: false,
        source: guidance.source,
        others: [],
        registration: nil,
        report: report
      ),
      guidance: guidance,
      changes: changes,
      intervals: intervals,
      uncertainty: ensemble?.uncertainty,
      runs: margins.count
    )
  }
}

extension ModelPlan {
  /// Whether a voxel has one class, so that probabilities can be averaged and decided again.
  fileprivate var hasClasses: Bool {
    if case .classes = outputs { true } else { false }
  }
}
