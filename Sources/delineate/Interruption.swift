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
      removeUnfinishedFiles()
      // As a shell reports a program that the signal ended: 130 for Ctrl-C, 143 for SIGTERM.
      _exit(128 + number)
    }
  }

  /// Calls `body` with each SIGINT and SIGTERM that arrives, on a thread of its own: a pool's
  /// threads may all be at work.
  ///
  /// Called before the program starts other threads, which then leave the signals to that one.
  private static func handle(_ body: @escaping @Sendable (Int32) -> Void) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let awaited = signals
    Thread.detachNewThread {
      var signals = awaited
      while true {
        var number: Int32 = 0
        if sigwait(&signals, &number) == 0 { body(number) }
      }
    }
  }
}
