internal import DICOMStudies
internal import Foundation

extension Node {
  /// The first rule that fits a study, and the UID of the series that it is about.
  /// - Throws: Where no rule fits, or the objects cannot be listed.
  func fittingRule(
    _ study: QueuedStudy,
    in folder: URL
  ) throws -> (rule: NodeConfiguration.Rule, series: String)? {
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
        return (rule, chosen.uid)
      }
      let others = index.series.filter(fits).sorted { ($0.count, $1.uid) > ($1.count, $0.uid) }
      if let chosen = others.first { return (rule, chosen.uid) }
    }
    return nil
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
