public import SegmentationMetrics

/// Everything that one evaluation of predictions against references found.
public struct EvaluationResult: Sendable {
  /// What the references are called: their folder's name.
  public var referenceName: String
  /// What the predictions are called: their folder's name.
  public var predictionName: String
  /// What was measured, in the order asked for.
  public var metrics: [Metric]
  /// The cases on either side, in order.
  public var cases: [String]
  /// The structures on either side, in order.
  public var structures: [String]
  /// One score for each case, structure and metric, those without a value too.
  public var table: ScoreTable
  /// The aggregated Dice over all cases, by structure in the order of ``structures``; `nil` where no
  /// case has a voxel of it.
  public var aggregatedDice: [Double?]
  /// What a reader of the scores must know.
  public var findings: [Finding]
  /// Whether predictions on other grids were resampled onto the reference's (nearest neighbor).
  public var isResamplingAllowed: Bool
  /// How the files were understood: layouts, names of labels, files passed over; one sentence each.
  public var notes: [String]
  /// The number of structures of cases that were compared.
  public var comparedCount: Int

  /// A result from its parts.
  public init(
    referenceName: String,
    predictionName: String,
    metrics: [Metric],
    cases: [String],
    structures: [String],
    table: ScoreTable,
    aggregatedDice: [Double?],
    findings: [Finding],
    isResamplingAllowed: Bool,
    notes: [String] = [],
    comparedCount: Int = 0
  ) {
    self.referenceName = referenceName
    self.predictionName = predictionName
    self.metrics = metrics
    self.cases = cases
    self.structures = structures
    self.table = table
    self.aggregatedDice = aggregatedDice
    self.findings = findings
    self.isResamplingAllowed = isResamplingAllowed
    self.notes = notes
    self.comparedCount = comparedCount
  }

  /// The values of one metric of one structure, summarized over the cases; `nil` where no case has a
  /// value.
  public func summary(of metric: Metric, structure: String) -> Summary? {
    let scores = table.scores(of: metric, structure: structure)
    let values = scores.compactMap(\.value.value)
    return Summary(values, missing: scores.count - values.count)
  }
}
