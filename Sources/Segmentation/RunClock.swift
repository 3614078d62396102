/// Seconds by stage of one run.
struct RunClock {
  private let start = ContinuousClock.now
  private var mark = ContinuousClock.now
  private var stages: [String: Double] = [:]

  /// The seconds of each stage, and of the whole run so far as "total".
  var report: [String: Double] {
    stages.merging(["total": seconds(since: start)]) { own, _ in own }
  }

  /// Ends a stage: what passed since the last lap is its time.
  mutating func lap(_ stage: String) {
    add(seconds(since: mark), to: stage)
    mark = .now
  }

  /// Starts the next stage without giving what passed to any: it was measured elsewhere.
  mutating func skip() { mark = .now }

  mutating func add(_ seconds: Double, to stage: String) { stages[stage, default: 0] += seconds }
}

/// Seconds since an instant.
func seconds(since start: ContinuousClock.Instant) -> Double {
  (ContinuousClock.now - start) / .seconds(1)
}

/// The version of this program.
public let delineateVersion = "0.1.0"
