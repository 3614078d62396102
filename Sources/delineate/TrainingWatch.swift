import Foundation
import Models
import Reports
import Segmentation
import Synchronization
import Training

/// Shows a training to people: a line with the time left, a line an epoch, and the curves' page.
final class TrainingWatch: Sendable {
  private struct State {
    var first: (time: ContinuousClock.Instant, step: Int)?
    var lastShown: ContinuousClock.Instant?
    var line = StatusLine()
    var loss = 0.0
    var failure: (any Error)?
  }

  private let plan: TrainingPlan
  private let fold: Int
  private let folder: URL
  private let isQuiet: Bool
  private let printsJSON: Bool
  private let state = Mutex(State())

  init(plan: TrainingPlan, fold: Int, folder: URL, isQuiet: Bool, printsJSON: Bool) {
    self.plan = plan
    self.fold = fold
    self.folder = folder
    self.isQuiet = isQuiet
    self.printsJSON = printsJSON
  }

  /// Shows what happened; called on the training's thread.
  func show(_ event: TrainingEvent) {
    state.withLock { state in
      switch event {
      case .started(let step, let count):
        state.first = (.now, step)
        if step > 0 { say("fold \(fold): goes on after step \(step) of \(count)", &state) }
      case .step(let step, let count, let loss):
        // An average over some ten steps is steadier to read than each step's own loss.
        state.loss = state.loss == 0 ? loss : 0.9 * state.loss + 0.1 * loss
        line(step, of: count, &state)
      case .epoch(let record):
        say(text(record), &state)
        if printsJSON { print(record) }
        do { try writeCurves(isRunning: true) } catch { state.failure = state.failure ?? error }
      case .saved:
        break
      }
    }
  }

  /// Ends the line and says how the training ended.
  func finish(_ outcome: TrainingOutcome) throws {
    try writeCurves(isRunning: false)
    try state.withLock { state in
      switch outcome {
      case .finished: say("fold \(fold): done, in \(folder.relativePath)", &state)
      case .stopped(let step):
        say("fold \(fold): stopped and saved after step \(step); the same command goes on", &state)
      }
      if let failure = state.failure { throw failure }
    }
  }

  private func line(_ step: Int, of count: Int, _ state: inout State) {
    guard !isQuiet, StatusLine.isTerminal else { return }
    let now = ContinuousClock.now
    if let last = state.lastShown, now - last < .milliseconds(200), step < count { return }
    state.lastShown = now
    var left = ""
    if let first = state.first, step > first.step, step < count {
      let seconds = (now - first.time) / .seconds(1) / Double(step - first.step)
      left = ", \(ProgressLine.duration(seconds * Double(count - step))) left"
    }
    let loss = state.loss.text(digits: 3)
    state.line.replace(with: "fold \(fold): step \(step) of \(count), loss \(loss)\(left)")
  }

  private func text(_ record: EpochRecord) -> String {
    var parts = [
      "fold \(fold): epoch \(record.epoch + 1) of \(plan.epochs)",
      "loss \(record.trainingLoss.text(digits: 3))",
    ]
    if let loss = record.validationLoss { parts.append("validation \(loss.text(digits: 3))") }
    if let dice = record.meanPseudoDice { parts.append("pseudo Dice \(dice.text(digits: 3))") }
    parts.append("\(record.seconds.text(digits: 0)) s")
    parts.append("\((100 * record.waitingShare).text(digits: 0)) % waiting")
    if let first = timeLeft(record) { parts.append(first) }
    return parts.joined(separator: ", ")
  }

  /// The time that the epochs to come will take at the pace of this one.
  private func timeLeft(_ record: EpochRecord) -> String? {
    let epochs = plan.epochs - record.epoch - 1
    return epochs > 0 ? "\(ProgressLine.duration(record.seconds * Double(epochs))) left" : nil
  }

  private func print(_ record: EpochRecord) {
    guard let text = try? jsonText(record, onOneLine: true) else { return }
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private func writeCurves(isRunning: Bool) throws {
    try TrainingReport(
      title: "\(plan.model.name), fold \(fold)",
      date: Date(),
      plan: plan,
      epochs: try trainingEpochs(in: folder),
      isRunning: isRunning,
      provenance: [
        CaseReport.Section(
          "Provenance",
          [CaseReport.Fact("Program", "delineate \(delineateVersion)")]
        )
      ]
    ).write(to: folder)
  }

  private func say(_ text: String, _ state: inout State) {
    guard !isQuiet else { return }
    state.line.clear()
    StatusLine.write(text + "\n")
  }
}
