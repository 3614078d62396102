internal import Anatomy
public import Datasets
public import SegmentationMetrics

/// Someone's contours of the cases: an observer's or a method's.
public struct NamedContours: Sendable {
  /// What tables call them.
  public var name: String
  /// Where they are.
  public var library: StructureLibrary

  /// Contours and what tables call them.
  public init(name: String, library: StructureLibrary) {
    self.name = name
    self.library = library
  }
}

/// How well observers agree with each other, and methods with them.
public struct ObserverStudy: Sendable {
  /// A method beside the observers.
  public struct MethodResult: Sendable {
    /// What tables call the method.
    public let name: String
    /// The method against each observer, who is the reference.
    public let againstObservers: [EvaluationResult]
    /// The verdict by each metric that rates and that both sides have scores of.
    public let comparisons: [ObserverComparison]
  }

  /// The observers, in the order given.
  public let observers: [String]
  /// What was measured.
  public let metrics: [Metric]
  /// Each pair of observers; the one given first is the reference.
  public let pairs: [EvaluationResult]
  /// The methods, in the order given.
  public let methods: [MethodResult]

  /// The structures of all pairs of observers, in natural order.
  public var structures: [String] { Set(pairs.flatMap(\.structures)).sorted(by: isInNaturalOrder) }

  /// The values of a metric over all pairs of observers, of one structure or of all; `nil` where
  /// there is none.
  public func interObserver(_ metric: Metric, structure: String?) -> Summary? {
    let scores = pairs.flatMap { $0.table.scores(of: metric, structure: structure) }
    let values = scores.compactMap(\.value.value)
    return Summary(values, missing: scores.count - values.count)
  }

  /// Evaluates all pairs of observers, then each method against each observer.
  /// - Parameters:
  ///   - observers: At least two.
  ///   - methods: Any number.
  ///   - missing: What stands in for a method's missing contours in the verdicts.
  ///   - request: Makes the comparison of a reference with a prediction.
  ///   - progress: Is told the two names, and how many of the cases are done.
  /// - Throws: ``EvaluationError`` where two have nothing in common.
  public init(
    observers: [NamedContours],
    methods: [NamedContours],
    missing: MissingScores = .hanseg,
    request: (StructureLibrary, StructureLibrary) -> EvaluationRequest,
    progress: @escaping @Sendable (_ pair: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in
    }
  ) throws(EvaluationError) {
    precondition(observers.count > 1, "agreement takes two observers")
    func compare(
      _ reference: NamedContours,
      _ prediction: NamedContours
    ) throws(EvaluationError) -> EvaluationResult {
      let pair = "\(reference.name) and \(prediction.name)"
      var result = try evaluate(request(reference.library, prediction.library)) {
        progress(pair, $0, $1)
      }
      result.referenceName = reference.name
      result.predictionName = prediction.name
      result.table.method = prediction.name
      return result
    }
    var pairs: [EvaluationResult] = []
    for (index, first) in observers.enumerated() {
      for second in observers[(index + 1)...] { pairs.append(try compare(first, second)) }
    }
    var results: [MethodResult] = []
    for method in methods {
      var scored: [EvaluationResult] = []
      for observer in observers { scored.append(try compare(observer, method)) }
      let comparisons = (pairs.first?.metrics ?? []).compactMap { metric in
        try? ObserverComparison(
          method: scored.map(\.table),
          observers: pairs.map(\.table),
          metric: metric,
          missing: missing
        )
      }
      results.append(
        MethodResult(name: method.name, againstObservers: scored, comparisons: comparisons)
      )
    }
    self.observers = observers.map(\.name)
    self.pairs = pairs
    self.methods = results
    metrics = pairs.first?.metrics ?? []
  }
}
