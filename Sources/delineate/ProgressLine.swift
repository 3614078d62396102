import Foundation
import Segmentation
import Synchronization

/// Progress on standard error: a bar on a terminal, a line now and then elsewhere.
final class ProgressLine: Sendable {
  private struct State {
    var stage = ""
    var firstWindow: ContinuousClock.Instant?
    var lastShown: ContinuousClock.Instant?
    var lastTenth = 0
    var barIsOpen = false
  }

  private let prefix: String
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
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
      case .stage(let name): show(stage: name, &state)
      case .windows(let done, let total): show(done, of: total, &state)
      }
    }
  }

  /// Ends the line, so that what follows starts on its own.
  func finish() {
    state.withLock { closeBar(&$0) }
  }

  private func show(stage: String, _ state: inout State) {
    closeBar(&state)
    guard stage != state.stage else { return }
    state.stage = stage
    write(prefix + stage + "\n")
  }

  private func show(_ done: Int, of total: Int, _ state: inout State) {
    guard total > 0 else { return }
    let now = ContinuousClock.now
    let first = state.firstWindow ?? now
    state.firstWindow = first
    // The first window warms up; time per window is known from the second on.
    let elapsed = (now - first) / .seconds(1)
    let left = done > 0 && elapsed > 0 ? elapsed / Double(done) * Double(total - done) : nil
    let remaining = left.map { ", \(Self.duration($0)) left" } ?? ""
    let count = "window \(done) of \(total)\(done < total ? remaining : "")"
    guard isTerminal else {
      let tenth = done * 10 / total
      guard tenth > state.lastTenth else { return }
      state.lastTenth = tenth
      write("\(prefix)\(count)\n")
      return
    }
    if let last = state.lastShown, now - last < .milliseconds(100), done < total { return }
    state.lastShown = now
    state.barIsOpen = true
    let filled = min(30, done * 30 / total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    // Back to the line's start, and clear what a longer text left behind.
    write("\r\(prefix)\(bar) \(count)\u{1B}[K")
  }

  private func closeBar(_ state: inout State) {
    if state.barIsOpen { write("\n") }
    state.barIsOpen = false
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds < 360_000 else { return "days" }
    let whole = Int(seconds.rounded(.up))
    return whole < 100 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
