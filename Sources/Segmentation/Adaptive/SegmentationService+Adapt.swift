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
    if request.followsExistence {
      warnings += labels.clearVanished(by: rules, scheme: first.scheme)
    }
    let after = tumorInstances(
      in: first.scheme.entries.map { entry in
        (entry.label, CroppedMask(labels.map { $0 == entry.label }))
      }
    )
    let changes = structureChanges(
      from: prior.instances.renumbered(from: prior.scheme, to: first.scheme),
      to: after,
      scheme: first.scheme
    )
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

extension LabelMap {
  /// Clears structures that are smaller than the rules allow, and says so.
  fileprivate mutating func clearVanished(
    by rules: AdaptationRules,
    scheme: LabelScheme
  ) -> [String] {
    let volumes = LabelVolumes(self)
    var sentences: [String] = []
    var cleared: Set<UInt16> = []
    for entry in scheme.entries {
      let volume = volumes.volumeInMilliliters(of: entry.label)
      guard volume > 0, let rule = rules.existence(of: entry.name) else { continue }
      guard !rule.keeps(milliliters: volume) else { continue }
      cleared.insert(entry.label)
      func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
      sentences.append(
        "\(entry.name): the network drew \(text(volume)) ml, less than the "
          + "\(text(rule.smallestMilliliters)) ml that count as a tumor: reported as vanished."
      )
    }
    if !cleared.isEmpty { self = map { cleared.contains($0) ? 0 : $0 } }
    return sentences
  }
}

extension [TumorInstance] {
  /// The same tumors with another scheme's numbers, by the structures' names; those that it does not
  /// know are left out.
  fileprivate func renumbered(from own: LabelScheme, to other: LabelScheme) -> [TumorInstance] {
    compactMap { tumor in
      guard let name = own.entry(label: tumor.label)?.name,
        let entry = other.entries.first(where: { $0.name == name })
      else { return nil }
      return tumor.numbered(label: entry.label)
    }
  }
}
