import Dispatch
import Foundation
import Synchronization

/// Batches made ahead of the network that eats them, on threads of their own.
///
/// What a batch holds depends on its number alone, so the order in which threads finish does not
/// matter.
final class BatchStream: Sendable {
  private struct State {
    var ready: [Int: Result<TrainingBatch, TrainingError>] = [:]
    var nextToMake: Int
    var nextToTake: Int
    var isStopped = false
  }
  private let source: any BatchSource
  private let end: Int
  private let depth: Int
  private let state: Mutex<State>
  private let condition = NSCondition()

  /// Starts making the batches `range`, at most `depth` ahead of the one taken last.
  init(_ source: any BatchSource, _ range: Range<Int>, threads: Int, depth: Int) {
    self.source = source
    end = range.upperBound
    self.depth = depth
    state = Mutex(State(nextToMake: range.lowerBound, nextToTake: range.lowerBound))
    for _ in 0..<max(1, threads) {
      Thread.detachNewThread { [self] in work() }
    }
  }

  /// Waits for the next batch.
  func next() throws(TrainingError) -> TrainingBatch {
    condition.lock()
    defer { condition.unlock() }
    while true {
      let found = state.withLock { state -> Result<TrainingBatch, TrainingError>? in
        guard let batch = state.ready.removeValue(forKey: state.nextToTake) else { return nil }
        state.nextToTake += 1
        return batch
      }
      if let found {
        condition.broadcast()
        return try found.get()
      }
      condition.wait()
    }
  }

  /// Ends the threads once their batches are made.
  func stop() {
    condition.lock()
    state.withLock { $0.isStopped = true }
    condition.broadcast()
    condition.unlock()
  }

  private func work() {
    while let number = numberToMake() {
      let result: Result<TrainingBatch, TrainingError>
      do { result = .success(try source.trainingBatch(number)) } catch {
        result = .failure((error as? TrainingError) ?? .batch("\(error)"))
      }
      condition.lock()
      state.withLock { $0.ready[number] = result }
      condition.broadcast()
      condition.unlock()
    }
  }

  private func numberToMake() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      enum Choice {
        case make(Int), wait, stop
      }
      let choice = state.withLock { state -> Choice in
        if state.isStopped || state.nextToMake >= end { return .stop }
        if state.nextToMake >= state.nextToTake + depth { return .wait }
        state.nextToMake += 1
        return .make(state.nextToMake - 1)
      }
      switch choice {
      case .make(let number): return number
      case .stop: return nil
      case .wait: condition.wait()
      }
    }
  }
}
