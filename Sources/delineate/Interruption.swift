import Foundation
import Synchronization
import VolumeFiles

/// What happens when a person or the system tells the program to stop.
enum Interruption {
  /// The signal that asked for a stop while one was to be awaited; 0 while none has come.
  private static let asked = Atomic<Int32>(0)
  private static let isAwaited = Atomic<Bool>(false)

  /// From now on the first Ctrl-C or SIGTERM only sets ``signal``, for work that saves itself and
  /// ends; the second ends the program at once.
  static func awaitStop() { isAwaited.store(true, ordering: .relaxed) }

  /// Runs work that asks whether to stop, with its own clean-up.
  ///
  /// What follows does not ask: a stop, also one that was asked for and not seen, then ends the program
  /// at once.
  static func cancellable<Result, Failure: Error>(
    _ work: (_ isCancelled: @escaping @Sendable () -> Bool) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    awaitStop()
    let result = try work { signal != nil }
    isAwaited.store(false, ordering: .relaxed)
    if let number = signal { end(by: number) }
    return result
  }

  /// The signal that asked for a stop since ``awaitStop()``.
  static var signal: Int32? {
    let number = asked.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// From now on Ctrl-C and SIGTERM take half-written files away and end the program.
  static func removeUnfinishedFilesAndExit() {
    handle { number in
      if isAwaited.load(ordering: .relaxed),
        asked.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
      {
        return
      }
      end(by: number)
    }
  }

  private static func end(by number: Int32) -> Never {
    removeUnfinishedFiles()
    // As a shell reports a program that the signal ended: 130 for Ctrl-C, 143 for SIGTERM.
    _exit(128 + number)
  }

  /// Calls `body` with each SIGINT and SIGTERM that arrives, on a thread of its own: a pool's
  /// threads may all be at work.
  ///
  /// The signal's handler, on whichever thread the system picks, only passes the number on. Masks
  /// would not do: the main thread of an asynchronous program waits with all signals open.
  private static func handle(_ body: @escaping @Sendable (Int32) -> Void) {
    let (reading, writing) = ends
    guard reading >= 0, writing >= 0 else { return }
    for number in [SIGINT, SIGTERM] {
      _ = Foundation.signal(number) { number in
        // What was interrupted must not see another error than its own.
        let code = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = Foundation.write(Interruption.ends.writing, &byte, 1)
        errno = code
      }
    }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        if read(reading, &byte, 1) == 1 { body(Int32(byte)) }
      }
    }
  }

  /// A pipe from the signal's handler to the thread that acts; -1 where there is none.
  private static let ends: (reading: Int32, writing: Int32) = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return (-1, -1) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }()
}
