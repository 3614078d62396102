/// When a run must have finished its windows.
public struct Deadline: Sendable {
  /// Seconds from the start after which no window may still run.
  public var seconds: Double
  /// Seconds since the start; a test brings a clock of its own.
  public var elapsed: @Sendable () -> Double

  /// A deadline on a clock.
  public init(seconds: Double, elapsed: @escaping @Sendable () -> Double) {
    self.seconds = seconds
    self.elapsed = elapsed
  }
}

/// Watches the clock: measures what a window takes, and foresees whether the next ones fit.
struct WindowPace {
  private let deadline: Deadline?
  private var windows = 0
  private var spent = 0.0
  private var started = 0.0

  init(_ deadline: Deadline?) { self.deadline = deadline }

  /// The mean seconds of a window; `nil` before the first.
  var secondsPerWindow: Double? { windows > 0 ? spent / Double(windows) : nil }

  /// Whether so many windows will be through in time; before the first one was measured, whether
  /// there is any time at all.
  func allows(_ count: Int) -> Bool {
    guard let deadline else { return true }
    return deadline.elapsed() + Double(count) * (secondsPerWindow ?? 0) < deadline.seconds
  }

  mutating func begin() { started = deadline?.elapsed() ?? 0 }

  mutating func end(windows count: Int) {
    guard let deadline else { return }
    spent += deadline.elapsed() - started
    windows += count
  }
}
