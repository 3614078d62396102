import Evaluation
import SegmentationMetrics

extension EvaluationReport {
  /// A text for a paper: what was compared, how each metric is defined, what was missing.
  func methods(_ columns: ScoreColumns) -> String {
    """
    <section class="methods">
    <h2>Methods</h2>
    <p>\(escaped(comparison))</p>
    \(result.notes.isEmpty ? "" : "<p>\(escaped(result.notes.joined(separator: " ")))</p>")
    <p>\(escaped(grids))</p>
    <p>\(escaped(missing(columns)))</p>
    <p>\(escaped(Self.statistics))</p>
    \(Self.definitions(of: result.metrics))
    </section>
    """
  }

  private var comparison: String {
    let pairs = scoredPairs
    return """
      Contours of \(result.predictionName) were compared with the reference contours of \
      \(result.referenceName) in \(counted(result.cases.count, "case")) and \
      \(counted(result.structures.count, "structure")). Of \
      \(counted(pairs.all, "pair")) of case and structure on either side, \(pairs.scored) could be \
      scored. Names of structures were brought to one spelling before they were matched.
      """
  }

  private var grids: String {
    let resampled = result.findings.filter { $0.kind == .resampled }.count
    let refused = result.findings.filter { $0.kind == .gridMismatch }.count
    let rule =
      "Contours were compared on the reference's voxel grid, with its spacing in mm and without "
      + "resampling of the reference. "
    guard result.isResamplingAllowed else {
      return rule + "Predictions on another grid were not resampled: "
        + (refused == 0 ? "there were none." : "\(refused) were refused and not scored.")
    }
    return rule + "Predictions on another grid were resampled onto it by nearest neighbor "
      + "(\(resampled) of them)"
      + (refused == 0 ? "." : "; \(refused) did not share the reference's place and were refused.")
  }

  private func missing(_ columns: ScoreColumns) -> String {
    let counts = result.metrics.compactMap { metric -> String? in
      let missing = columns.pooled(result.structures, metric).missing.count
      return missing > 0 ? "\(missing) for \(metric.title)" : nil
    }
    let rule = "A score is undefined where a side has no contour or, for distances, no voxel."
    guard !counts.isEmpty else { return rule + " No score was undefined." }
    return """
      \(rule) Undefined scores were left out of means, medians and figures, and counted as \
      missing: \(counts.joined(separator: ", ")). No value was put in their place.
      """
  }

  static let statistics = """
    Standard deviations are those of a sample (divisor n − 1); quartiles interpolate linearly \
    between ranks (type 7 of Hyndman and Fan, 1996). Agreement of volumes is after Bland and Altman \
    (Lancet 1986;327:307–310): mean difference ± 1.96 standard deviations, here in percent of the \
    pair's mean. The aggregated Dice divides twice the volume that both sides share, summed over all \
    cases, by the sum of both sides' volumes. Densities in figures are Gaussian kernel estimates \
    with Silverman's bandwidth and serve as drawings only.
    """

  /// The metrics' definitions, each under its heading and name.
  static func definitions(of metrics: [Metric]) -> String {
    let items = metrics.map { metric in
      let unit = metric.unit.isEmpty ? "" : ", \(metric.unit)"
      return """
        <dt>\(escaped(metric.title + unit)) <code>\(escaped(metric.name))</code></dt>
        <dd>\(escaped(metric.definition))</dd>
        """
    }
    return "<h3>Definitions</h3>\n<dl>\n\(items.joined(separator: "\n"))\n</dl>"
  }
}
