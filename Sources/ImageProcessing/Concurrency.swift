import Dispatch
import Synchronization

/// Hands out `0..<count`, each number once, to whoever asks next.
package final class WorkTickets: Sendable {
  private let count: Int
  private let taken = Atomic<Int>(0)

  init(count: Int) { self.count = count }

  /// The next number, or `nil` where all are taken.
  package func next() -> Int? {
    let ticket = taken.wrappingAdd(1, ordering: .relaxed).oldValue
    return ticket < count ? ticket : nil
  }
}

/// Runs `worker` on up to `threads` threads until every number of `0..<count` was taken.
///
/// A worker makes its scratch memory once and then asks for tickets, so memory grows with the number
/// of threads, not of tickets.
package func concurrently(
  _ count: Int,
  threads: Int,
  _ worker: @Sendable (WorkTickets) -> Void
) {
  let tickets = WorkTickets(count: count)
  let workers = max(1, min(threads, count))
  if workers == 1 {
    worker(tickets)
  } else {
    DispatchQueue.concurrentPerform(iterations: workers) { _ in worker(tickets) }
  }
}

/// A pointer that crosses threads; whoever makes one promises that the threads touch different
/// elements, or only read.
package struct SharedPointer<Element>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Element>

  package init(_ pointer: UnsafeMutablePointer<Element>) { self.pointer = pointer }
}

/// Memory for one worker, freed with the value.
package struct ScratchMemory<Element: BitwiseCopyable>: ~Copyable {
  package let pointer: UnsafeMutablePointer<Element>

  /// Room for `count` elements, set to `value`.
  package init(repeating value: Element, count: Int) {
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: value, count: max(count, 1))
  }

  deinit { pointer.deallocate() }
}
