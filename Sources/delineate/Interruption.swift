import Dispatch
import Foundation
import VolumeFiles

/// What happens when a person or the system tells the program to stop.
enum Interruption {
  /// Sources must live as long as the program; nothing touches them once they are made.
  private nonisolated(unsafe) static let sources: [any DispatchSourceSignal] = [SIGINT, SIGTERM].map
  { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      removeUnfinishedFiles()
      // As a shell reports a program that the signal ended: 130 for Ctrl-C, 143 for SIGTERM.
      _exit(128 + number)
    }
    source.resume()
    return source
  }

  /// From now on Ctrl-C and SIGTERM take half-written files away and end the program.
  static func removeUnfinishedFilesAndExit() { _ = sources }
}
