public import ArgumentParser
import Evaluation
import Foundation
import SegmentationMetrics

/// `delineate rank`: tables of scores in, an order of methods out.
struct Rank: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Rank methods by their scores, by the rules of the HaN-Seg challenge.",
    discussion: """
      METHOD is a folder that evaluate wrote, or a file of comma-separated values with the columns \
      case, structure, metric and value. For each metric every pair of methods is tested \
      (Wilcoxon's signed ranks over all structures of all cases, Bonferroni over the pairs); a \
      method's significance score is the number of methods it beats, and the mean of its ranks by \
      these scores is its final rank. Bootstrap resamples of the cases say how steady that is.

      Missing scores: hanseg counts a structure that a method did not contour as Dice 0 and as the \
      largest distance that any method has for it; exclude leaves it out for all methods; worst \
      counts it as the worst value of all. What the reference lacks is always left out.

      Writes ranking.json, ranking.csv, comparisons.csv and report.html.

      EXAMPLES
        Three methods that were evaluated on the same cases:
          delineate rank scores/nnunet scores/ours scores/atlas --output ranking
        Scores that other programs computed, with names of one's own:
          delineate rank ours=a.csv theirs=b.csv --metrics dice --output ranking
        Beside the means of a paper, one-sided tests, for programs:
          delineate rank scores/a scores/b --published dice=hanseg_table2.csv \\
            --alternative one-sided --output ranking --json
      """
  )

  @Argument(
    help: ArgumentHelp(
      "A folder with scores.csv, or a CSV file; NAME=PATH gives it another name.",
      valueName: "method"
    ),
    completion: .file()
  )
  var methods: [String]

  @Option(
    parsing: .upToNextOption,
    help: "What is ranked by: names of metrics as in the tables."
  )
  var metrics = ["dice", "hd95"]

  @Option(help: "What stands in for missing scores: hanseg, exclude or worst.")
  var missing = MissingScores.hanseg

  @Option(help: "The level of significance, before the correction for the number of pairs.")
  var alpha = RankingPlan().alpha

  @Option(help: "How pairs are tested: two-sided or one-sided.")
  var alternative = RankingPlan().alternative

  @Option(help: "The number of bootstrap resamples of the cases.")
  var resamples = RankingPlan().resamples

  @Option(help: "The seed of the resamples.")
  var seed = RankingPlan().seed

  @Option(
    help: ArgumentHelp(
      "Means that a paper printed, to show beside: columns organ, METHOD_mean, METHOD_sd.",
      valueName: "[metric=]file"
    ),
    completion: .file()
  )
  var published: String?

  @Option(help: "The folder to write the ranking into.", completion: .directory)
  var output: String

  @Flag(help: "Print the ranking as JSON.")
  var json = false

  func run() throws {
    var plan = RankingPlan()
    plan.metrics = try metrics.map(metric)
    plan.missing = missing
    plan.alpha = alpha
    plan.alternative = alternative
    plan.resamples = resamples
    plan.seed = seed
    let tables = try methods.map { argument in
      let (name, path) = NamedPath.split(argument)
      return try ScoreTable(at: URL(filePath: path), method: name)
    }
    let beside = try published.map { argument in
      let (name, path) = NamedPath.split(argument)
      return try PublishedTable(at: URL(filePath: path), metric: name.map(metric))
    }
    let ranking = try Ranking(tables, plan: plan)
    let document = String(decoding: try ranking.json(), as: UTF8.self)
    let folder = try OutputFolder(at: output)
    try folder.write(document, to: "ranking.json")
    try folder.write(ranking.csv(), to: "ranking.csv")
    try folder.write(ranking.comparisonsCSV(), to: "comparisons.csv")
    try folder.write(EvaluationReports.page(ranking, published: beside), to: "report.html")
    let written = folder.written.map { "\nWrote \($0)" }.joined()
    print(json ? document : RankingText(ranking, published: beside).text + "\n" + written)
  }

  private func metric(_ name: String) throws -> Metric {
    guard let metric = Metric(name: name) else { throw RankArgumentError.unknownMetric(name) }
    return metric
  }
}

/// Why arguments of `rank` cannot be followed.
enum RankArgumentError: Error, Hashable {
  /// No metric has the name.
  case unknownMetric(String)
}

extension RankArgumentError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  var description: String {
    switch self {
    case .unknownMetric(let name):
      "\(name): no metric has this name; among them are "
        + Metric.standard.map(\.name).joined(separator: ", ") + "."
    }
  }
}

extension MissingScores: ExpressibleByArgument {}
extension RankingPlan.Sidedness: ExpressibleByArgument {}
