import Foundation
import Registration
import Synchronization

/// A registration's progress on standard error: one line that changes on a terminal, nothing
/// elsewhere but the names of the stages.
final class RegistrationLine: Sendable {
  private struct State {
    var line = StatusLine()
    var stage = ""
    var start = ContinuousClock.now
  }

  private let isQuiet: Bool
  private let state = Mutex(State())

  /// A line, or none.
  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Shows a step; may be called from any thread.
  func show(_ progress: RegistrationProgress) {
    guard !isQuiet else { return }
    state.withLock { state in
      let (stage, share): (String, Double?) =
        switch progress {
        case .preparing: ("preparing", nil)
        case .searching: ("searching the start", nil)
        case .optimizing(let kind, let share): ("\(kind.rawValue) registration", share)
        case .judging: ("judging", nil)
        }
      if stage != state.stage {
        state.stage = stage
        state.start = .now
        if !StatusLine.isTerminal { StatusLine.write("\(stage)\n") }
      }
      guard StatusLine.isTerminal else { return }
      var text = stage
      if let share {
        text += ", \(Int(share * 100)) %"
        let seconds = (ContinuousClock.now - state.start) / .seconds(1)
        // What elastix estimates before its first iteration would spoil an earlier guess.
        if share > 0.05, share < 1 {
          text += ", \(ProgressLine.duration(seconds * (1 - share) / share)) left"
        }
      }
      state.line.replace(with: text)
    }
  }

  /// Takes the line away, so that what follows starts on its own.
  func finish() { state.withLock { $0.line.clear() } }
}
