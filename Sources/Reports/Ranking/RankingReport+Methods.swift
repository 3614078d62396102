import Evaluation
import SegmentationMetrics

extension RankingReport {
  /// A text for a paper: how the methods were ranked.
  var methods: String {
    """
    <section class="methods">
    <h2>Methods</h2>
    <p>\(escaped(rules))</p>
    <p>\(escaped(tests))</p>
    <p>\(escaped(missing))</p>
    <p>\(escaped(resampling))</p>
    \(EvaluationReport.definitions(of: ranking.metrics.map(\.metric)))
    </section>
    """
  }

  private var rules: String {
    """
    \(counted(ranking.methods.count, "method")) were ranked by the rules of the HaN-Seg challenge \
    (Podobnik et al., Radiotherapy and Oncology 2024;198:110410) over \
    \(counted(ranking.cases.count, "case")) and \(counted(ranking.structures.count, "structure")), \
    by \(ranking.metrics.map(\.metric.title).joined(separator: " and ")). For each metric every pair \
    of methods was tested; a method's significance score is the number of methods it is \
    significantly better than, and the scores give its rank by that metric, equal scores sharing the \
    better rank. The mean of the metric ranks gives the final rank; of methods that tie, one goes \
    ahead only where its mean is better by every metric.
    """
  }

  private var tests: String {
    let distributions = distinct(
      ranking.metrics.flatMap { $0.comparisons.map(\.test.distribution) }
    ).map(\.words)
    return """
      Tests were Wilcoxon's signed-rank tests of paired scores, a pair being one structure of one \
      case, \(ranking.plan.alternative.rawValue), at the level \(number(ranking.plan.alpha)) after \
      Bonferroni's correction for \(counted(ranking.metrics.first?.comparisons.count ?? 0, "pair")) \
      of methods; differences of zero were dropped, ties got average ranks. p-values came from \
      \(distributions.joined(separator: " and ")). Critical differences are Nemenyi's after \
      Friedman's test (Demšar, JMLR 2006;7:1–30). Structures of one case depend on each other, \
      which these tests do not know: differences look surer than they are.
      """
  }

  private var missing: String {
    let replaced = ranking.missingScores.filter { $0.replacement != nil }.count
    let left = ranking.missingScores.count - replaced
    return """
      \(ranking.plan.missing.sentence) This was so for \
      \(counted(ranking.missingScores.count, "score")): \(replaced) replaced, \(left) left out.
      """
  }

  private var resampling: String {
    guard let stability = ranking.stability else {
      return "The cases were not resampled, so there are no intervals."
    }
    return """
      Intervals and the stability of ranks come from \(stability.resamples) bootstrap resamples of \
      the cases with all their structures (seed \(ranking.plan.seed)); intervals are percentile \
      intervals, and every resample was tested and ranked anew.
      """
  }
}

extension WilcoxonTest.Distribution {
  /// Where a p-value came from, in words.
  fileprivate var words: String {
    switch self {
    case .exact: "the exact distribution"
    case .permutation: "all permutations of signs"
    case .normal: "the normal approximation with correction for ties"
    case .none: "no test where all differences are zero (p = 1)"
    }
  }
}

extension MissingScores {
  /// The rule as a sentence.
  var sentence: String {
    let general =
      "Scores that cannot exist because the reference lacks the structure were left out for all "
      + "methods. "
    switch self {
    case .hanseg:
      return general
        + "As in the challenge, a prediction that lacks a structure got 0 where more is better, "
        + "else the largest value that any method has for that structure."
    case .exclude:
      return general
        + "Measurements that a prediction lacks were left out for all methods."
    case .worst:
      return general
        + "A prediction that lacks a structure got the worst value that any method has for any "
        + "structure."
    }
  }
}
