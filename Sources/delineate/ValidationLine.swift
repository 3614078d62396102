import Foundation
import Segmentation
import Synchronization
import Validation

/// Progress of a validation on standard error: one line that changes on a terminal, else a line for
/// each tenth of the cases.
final class ValidationLine: Sendable {
  private struct State {
    var name = ""
    var first: (time: ContinuousClock.Instant, done: Int)?
    var lastTenth = 0
    var line = StatusLine()
  }

  private let isQuiet: Bool
  private let state = Mutex(State())

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Shows where it is; may be called from any thread.
  func show(_ progress: ValidationProgress) {
    guard !isQuiet else { return }
    state.withLock { state in
      if state.name != progress.name {
        state.name = progress.name
        state.first = (.now, progress.done)
        state.lastTenth = 0
      }
      var text = "\(progress.name): \(progress.done) of \(progress.total) cases"
      text += timeLeft(progress, since: state.first)
      guard StatusLine.isTerminal else {
        let tenth = progress.done * 10 / max(1, progress.total)
        guard progress.current == nil, tenth > state.lastTenth else { return }
        state.lastTenth = tenth
        return StatusLine.write("\(text)\n")
      }
      if case .windows(let done, let total)? = progress.current {
        text += ", window \(done) of \(total)"
      }
      state.line.replace(with: text)
    }
  }

  /// Takes the line away, so that what follows starts on its own.
  func finish() {
    state.withLock { $0.line.clear() }
  }

  /// The time that the cases to come will take, once one is through.
  private func timeLeft(
    _ progress: ValidationProgress,
    since first: (time: ContinuousClock.Instant, done: Int)?
  ) -> String {
    guard let first, progress.done > first.done, progress.done < progress.total else { return "" }
    let seconds =
      (ContinuousClock.now - first.time) / .seconds(1) / Double(progress.done - first.done)
    let left = ProgressLine.duration(seconds * Double(progress.total - progress.done))
    return ", \(left) left"
  }
}
