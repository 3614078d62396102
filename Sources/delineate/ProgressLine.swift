import Foundation
import Segmentation
import Synchronization

/// Progress on standard error: one line that changes on a terminal, a line now and then elsewhere.
///
/// Elsewhere nothing is said before the first windows are through: a run that fails early leaves
/// its error alone on standard error.
final class ProgressLine: Sendable {
  private struct State {
    var firstWindow: (time: ContinuousClock.Instant, done: Int)?
    var lastShown: ContinuousClock.Instant?
    var lastTenth = 0
    var line = StatusLine()
  }

  private let prefix: String
  private let isQuiet: Bool
  private let state = Mutex(State())

  /// Progress of one case, whose name is shown where there are several.
  init(case name: String?, isQuiet: Bool) {
    prefix = name.map { "\($0): " } ?? ""
    self.isQuiet = isQuiet
  }

  /// Shows a step; may be called from any thread.
  func show(_ progress: SegmentationProgress) {
    guard !isQuiet else { return }
    state.withLock { state in
      switch progress {
      case .stage(let name):
        if StatusLine.isTerminal { replaceLine(with: name, &state) }
      case .windows(let done, let total):
        show(done, of: total, &state)
      }
    }
  }

  /// Takes the line away, so that what follows starts on its own.
  func finish() {
    state.withLock { $0.line.clear() }
  }

  private func show(_ done: Int, of total: Int, _ state: inout State) {
    guard total > 0 else { return }
    let now = ContinuousClock.now
    let first = state.firstWindow ?? (now, done)
    state.firstWindow = first
    let count = "window \(done) of \(total)\(timeLeft(done, of: total, since: first, now))"
    guard StatusLine.isTerminal else {
      let tenth = done * 10 / total
      guard tenth > state.lastTenth else { return }
      state.lastTenth = tenth
      StatusLine.write("\(prefix)\(count)\n")
      return
    }
    if let last = state.lastShown, now - last < .milliseconds(100), done < total { return }
    state.lastShown = now
    let filled = min(30, done * 30 / total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    replaceLine(with: "\(bar) \(count)", &state)
  }

  /// The time that the windows to come will take, once a second one is through.
  private func timeLeft(
    _ done: Int,
    of total: Int,
    since first: (time: ContinuousClock.Instant, done: Int),
    _ now: ContinuousClock.Instant
  ) -> String {
    guard done > first.done, done < total else { return "" }
    let seconds = (now - first.time) / .seconds(1) / Double(done - first.done)
    return ", \(Self.duration(seconds * Double(total - done))) left"
  }

  /// A time that is left, for people.
  static func duration(_ seconds: Double) -> String {
    guard seconds < 360_000 else { return "days" }
    let whole = Int(seconds.rounded(.up))
    return whole < 100 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  private func replaceLine(with text: String, _ state: inout State) {
    state.line.replace(with: prefix + text)
  }
}
