/// Seconds by stage of one run.
struct RunClock {
  private let start = ContinuousClock.now
  private var stages: [String: Double] = [:]

  /// The seconds of each stage, and of the whole run so far as "total".
  var report: [String: Double] {
    stages.merging(["total": (ContinuousClock.now - start) / .seconds(1)]) { own, _ in own }
  }

  mutating func add(_ seconds: Double, to stage: String) { stages[stage, default: 0] += seconds }

  mutating func time<Result, Failure: Error>(
    _ stage: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ContinuousClock.now
    let result = try body()
    add((ContinuousClock.now - start) / .seconds(1), to: stage)
    return result
  }

  mutating func time<Result>(
    _ stage: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async throws -> Result {
    let start = ContinuousClock.now
    let result = try await body()
    add((ContinuousClock.now - start) / .seconds(1), to: stage)
    return result
  }
}

/// The version of this program.
public let delineateVersion = "0.1.0"
