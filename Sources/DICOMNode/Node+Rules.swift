internal import DICOMStudies
internal import Foundation

extension Node {
  /// What is to be done with a study.
  struct Assignment {
    var rule: NodeConfiguration.Rule
    /// The UID of the series that the rule is about.
    var series: String
    /// A digest of its images and of the rule.
    var scan: String
  }

  /// The first rule that fits a study, and the series that it is about.
  /// - Returns: `nil` where no rule fits.
  /// - Throws: Where the objects cannot be listed, or the series' images are not in order.
  func fittingRule(
    _ study: QueuedStudy,
    in folder: URL
  ) throws -> Assignment? {
    let index = try StudyIndex(at: folder)
    for rule in configuration.rules {
      if let from = rule.from, !from.contains(where: { matches(study.caller, pattern: $0) }) {
        continue
      }
      func fits(_ series: StudyIndex.Series) -> Bool {
        series.modality == rule.modality && series.isVolume && !series.isLocalizer
          && rule.description.map { matches(series.description, pattern: $0) } ?? true
      }
      if let chosen = index.planningSeries(of: rule.modality)?.series, fits(chosen) {
        return try assignment(rule, chosen, index)
      }
      let others = index.series.filter(fits).sorted { ($0.count, $1.uid) > ($1.count, $0.uid) }
      if let chosen = others.first { return try assignment(rule, chosen, index) }
    }
    return nil
  }

  private func assignment(
    _ rule: NodeConfiguration.Rule,
    _ series: StudyIndex.Series,
    _ index: StudyIndex
  ) throws -> Assignment {
    let images = try index.imageSeries(uid: series.uid).instances.map(\.sopInstance)
    return Assignment(
      rule: rule,
      series: series.uid,
      scan: StudyQueue.digest(([rule.name, series.uid] + images).joined(separator: "\n"))
    )
  }
}

extension NodeConfiguration.Rule {
  /// The arguments of «delineate» that follow the rule.
  func arguments(scan: String, series: String, output: String, threads: Int?) -> [String] {
    var arguments = [
      "segment", scan, "--series", series, "--model", model, "--output", output, "--quiet",
    ]
    if let structures { arguments += ["--structures"] + structures }
    if let clinicNames { arguments += ["--clinic-names", clinicNames] }
    if let derived { arguments += ["--rules", derived] }
    if let threads { arguments += ["--threads", "\(threads)"] }
    return arguments + (options ?? [])
  }
}
