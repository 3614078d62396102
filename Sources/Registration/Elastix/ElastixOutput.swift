import Foundation
import Synchronization

/// What elastix prints while it works: how far it is, and why it failed.
final class ElastixOutput: Sendable {
  private struct State {
    var resolution = 0
    var isIterating = false
    var reasons: [String] = []
  }

  private let iterations: Int
  private let resolutions: Int
  private let progress: @Sendable (Double) -> Void
  private let state = Mutex(State())

  /// Follows a run of so many resolutions with so many iterations each.
  init(iterations: Int, resolutions: Int, progress: @escaping @Sendable (Double) -> Void) {
    self.iterations = max(iterations, 1)
    self.resolutions = max(resolutions, 1)
    self.progress = progress
  }

  /// Takes the next line.
  func read(_ line: String) {
    let share = state.withLock { state -> Double? in
      if line.hasPrefix("Resolution: "), let number = Int(line.dropFirst(12)) {
        state.resolution = min(max(number, 0), resolutions - 1)
        state.isIterating = false
      } else if line.hasPrefix("1:ItNr") {
        state.isIterating = true
      } else if state.isIterating, let number = iteration(line) {
        let done = Double(state.resolution) + Double(number + 1) / Double(iterations)
        return min(done / Double(resolutions), 1)
      } else if let reason = reason(line) {
        if state.reasons.count < 8 { state.reasons.append(reason) }
      }
      return nil
    }
    if let share { progress(share) }
  }

  /// The number of the iteration that a row of the table tells of.
  private func iteration(_ line: String) -> Int? {
    guard let tab = line.firstIndex(of: "\t"), let number = Int(line[..<tab]),
      (0..<iterations).contains(number)
    else { return nil }
    return number
  }

  private func reason(_ line: String) -> String? {
    for mark in ["Description: ", "ERROR: "] {
      guard let range = line.range(of: mark) else { continue }
      let words = line[range.upperBound...].replacing("itk::ERROR: ", with: "")
        .trimmingCharacters(in: CharacterSet(charactersIn: " .!\t"))
      if !words.isEmpty, !words.hasPrefix("ERROR") { return String(words.prefix(200)) }
    }
    return nil
  }

  /// Why the run failed: elastix's own words, or its status.
  func failure(status: Int32) -> RegistrationError {
    let reasons = state.withLock { $0.reasons }
    if reasons.contains(where: { $0.contains("samples map outside moving image buffer") }) {
      return .noOverlap
    }
    let words = reasons.first ?? (status > 128 ? "signal \(status - 128)" : "status \(status)")
    return .programFailed("elastix", reason: words)
  }
}
