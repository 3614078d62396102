import Foundation
import VolumeFiles

/// What happens when a person or the system tells the program to stop.
enum Interruption {
  /// From now on Ctrl-C and SIGTERM take half-written files away and end the program.
  static func removeUnfinishedFilesAndExit() {
    handle { number in
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
