public import Evaluation
import Foundation
import SegmentationMetrics

extension EvaluationReport {
  /// One pair of contours among the worst of an evaluation.
  public struct WorstPair: Hashable, Sendable {
    /// The case's name.
    public let caseName: String
    /// The structure's name.
    public let structure: String
  }

  /// The pairs that disagree most: alternately the lowest Dice and the largest HD95, each pair once.
  ///
  /// Overlap alone would name small structures only, distance alone large ones. Where a result lacks
  /// one of the two, its first metrics with a better side take their place.
  /// - Returns: At most `count` pairs, the worst first; pairs without a value are among the findings
  ///   instead.
  public static func worstPairs(of result: EvaluationResult, count: Int) -> [WorstPair] {
    let judged = judging(result.metrics)
    let orders = judged.map { metric -> [WorstPair] in
      let scores = result.table.scores(of: metric).filter { $0.value.value != nil }
      return scores.sorted { isWorse($0, than: $1) }.map {
        WorstPair(caseName: $0.caseName, structure: $0.structure)
      }
    }
    var result: [WorstPair] = []
    var seen: Set<WorstPair> = []
    for place in 0..<(orders.map(\.count).max() ?? 0) {
      for order in orders where place < order.count && result.count < count {
        if seen.insert(order[place]).inserted { result.append(order[place]) }
      }
    }
    return result
  }

  /// Whether a score of a metric is worse than another; equal ones go by name.
  private static func isWorse(_ a: Score, than b: Score) -> Bool {
    let (first, second) = (a.value.value ?? 0, b.value.value ?? 0)
    guard first == second else {
      return (a.metric.isHigherBetter ?? true) ? first < second : first > second
    }
    return (a.caseName, a.structure) < (b.caseName, b.structure)
  }

  /// The metrics that ``worstPairs(of:count:)`` looks at.
  private static func judging(_ metrics: [Metric]) -> [Metric] {
    let preferred: [Metric] = [.dice, .hausdorff(percentile: 95)].filter(metrics.contains)
    return preferred.isEmpty
      ? Array(metrics.filter { $0.isHigherBetter != nil }.prefix(1)) : preferred
  }

  /// The worst pairs with their values, then the pictures.
  func worstList(_ columns: ScoreColumns) -> String {
    let worst = Self.worstPairs(of: result, count: worstCount)
    guard !worst.isEmpty else { return "" }
    let metrics = Metric.main(of: result.metrics)
    let judged = Self.judging(result.metrics).map { metric in
      "\(metric.isHigherBetter == true ? "lowest" : "largest") \(metric.title)"
    }
    let heads = metrics.map {
      "<th scope=\"col\" class=\"number\">\(escaped($0.heading))</th>"
    }
    let rows = worst.enumerated().map { index, pair in
      let cells = metrics.map { metric in
        let value = columns[pair.structure, metric].values.first { $0.name == pair.caseName }
        return "<td class=\"number\">\(value.map { metric.text($0.value) } ?? "–")</td>"
      }
      return """
        <tr><td class="number">\(index + 1)</td><th scope="row">\(escaped(pair.caseName))</th>\
        <td>\(escaped(pair.structure))</td>\(cells.joined())</tr>
        """
    }
    return """
      <section>
      <h2>Worst first</h2>
      <div class="scroll" tabindex="0">
      <table class="scores">
      <caption>The \(worst.count) pairs that disagree most: \
      \(escaped(judged.joined(separator: " and "))), in turn</caption>
      <thead><tr><th scope="col" class="number">#</th><th scope="col">Case</th>\
      <th scope="col">Structure</th>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      \(pictureList(worst, metrics: metrics, columns))
      </section>
      """
  }

  private func pictureList(
    _ worst: [WorstPair],
    metrics: [Metric],
    _ columns: ScoreColumns
  ) -> String {
    func place(_ picture: PairPicture) -> Int {
      worst.firstIndex {
        $0.caseName == picture.caseName && $0.structure == picture.structure
      } ?? worst.count
    }
    let ordered = pictures.enumerated().sorted {
      (place($0.element), $0.offset) < (place($1.element), $1.offset)
    }
    guard !ordered.isEmpty else { return "" }
    let figures = ordered.map { _, picture in
      let values = metrics.compactMap { metric in
        columns[picture.structure, metric].values.first { $0.name == picture.caseName }
          .map { "\(metric.title) \(metric.textWithUnit($0.value))" }
      }
      let name = "\(picture.caseName), \(picture.structure)"
      return HTMLPage.figure(
        png: picture.png,
        caption: ([name] + values).joined(separator: " · "),
        alternative: "Reference and prediction of \(name) in three planes"
      )
    }
    return """
      <div class="pictures">
      \(figures.joined(separator: "\n"))
      </div>
      """
  }
}
