import Anatomy
public import Foundation
import Models
public import Training

/// The curves of a training for people: how far it is, how well it learns, and by what plan.
///
/// One page that needs nothing else, written anew after each epoch; while the training runs, a
/// browser that has it open reads it again by itself.
public struct TrainingReport: Sendable {
  /// The heading of the report.
  public var title: String
  /// When the page was made.
  public var date: Date
  /// What is trained.
  public var plan: TrainingPlan
  /// The epochs done, in order.
  public var epochs: [EpochRecord]
  /// Whether more epochs are to come from a process that runs now.
  public var isRunning: Bool
  /// Where the training runs: device, processes, program; may be empty.
  public var provenance: [CaseReport.Section]

  /// A report from its parts.
  public init(
    title: String,
    date: Date,
    plan: TrainingPlan,
    epochs: [EpochRecord],
    isRunning: Bool,
    provenance: [CaseReport.Section] = []
  ) {
    self.title = title
    self.date = date
    self.plan = plan
    self.epochs = epochs
    self.isRunning = isRunning
    self.provenance = provenance
  }

  /// The report as one HTML page that needs nothing else: figures and styles are inside.
  ///
  /// While the training runs, the page asks to be read again each half minute.
  public func html() -> String {
    HTMLPage(
      title: title,
      subtitle: "\(state), \(HTMLPage.text(date))",
      body: """
        <main>
        \(tiles)
        \(epochs.isEmpty ? Self.waiting : curves)
        \(epochs.isEmpty ? "" : structureSection)
        \(epochs.isEmpty ? "" : courseSection)
        \(planSection)
        <div class="columns">
        \(provenance.map(HTMLPage.facts).joined(separator: "\n"))
        </div>
        </main>
        """,
      hasFigures: true,
      refreshSeconds: isRunning ? 30 : nil,
      footer: "Made by Delineate, a research tool and not a medical device."
    ).html
  }

  /// Writes ``html()`` as `curves.html` and ``svg()`` as `curves.svg` into a folder that is there,
  /// each in place of the one before, whole at any moment.
  /// - Throws: ``TrainingError/unwritable(file:reason:)``.
  public func write(to folder: URL) throws(TrainingError) {
    for (name, text) in [("curves.html", html()), ("curves.svg", svg())] {
      do { try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic) } catch {
        throw .unwritable(file: name, reason: error.localizedDescription)
      }
    }
  }

  private static let waiting = """
    <section>
    <h2>Curves</h2>
    <p>The first epoch is not done yet.</p>
    </section>
    """

  private var state: String {
    let done = "epoch \(epochs.count) of \(plan.epochs)"
    if epochs.count >= plan.epochs { return "Finished after \(counted(epochs.count, "epoch"))" }
    return isRunning ? "Running, \(done)" : "Stopped at \(done)"
  }

  /// The names of what pseudo Dice is of, in the records' order.
  var structures: [String] {
    let labels: [UInt16] =
      switch plan.model.outputs {
      case .classes(let labels): Array(labels.dropFirst())
      case .regions(let labels): labels
      }
    return labels.map { plan.model.labels.entry(label: $0)?.name ?? "Label \($0)" }
  }

  /// The epoch with the highest averaged pseudo Dice, whose weights are kept as the best.
  var best: EpochRecord? {
    // The first of equals, as the trainer keeps it.
    epochs.filter { $0.averagePseudoDice != nil }
      .reduce(nil as EpochRecord?) { best, record in
        guard let best else { return record }
        return record.averagePseudoDice ?? -1 > best.averagePseudoDice ?? -1 ? record : best
      }
  }

  /// Seconds until the last epoch, as the last ten took.
  var secondsLeft: Double? {
    let recent = epochs.suffix(10).map(\.seconds)
    guard !recent.isEmpty, epochs.count < plan.epochs else { return nil }
    return recent.reduce(0, +) / Double(recent.count) * Double(plan.epochs - epochs.count)
  }
}

/// A length of time in its two largest units, such as "3 h 20 min".
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "\u{2013}" }
  if seconds < 10 { return "\(fixed(seconds, digits: 1)) s" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  let minutes = Int((seconds / 60).rounded())
  if whole < 600 { return "\(whole / 60) min \(whole % 60) s" }
  if minutes < 60 { return "\(minutes) min" }
  let hours = minutes / 60
  return hours < 24 ? "\(hours) h \(minutes % 60) min" : "\(hours / 24) d \(hours % 24) h"
}
