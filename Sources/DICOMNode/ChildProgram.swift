internal import Foundation

/// A program that works for the node: it ends when the node ends, however that comes.
final class ChildProgram {
  private let process = Process()
  private let errors: URL
  private let input = Pipe()
  /// When it was started; seconds since 1970.
  let started: Double

  /// Starts a program.
  /// - Parameters:
  ///   - command: The program and its arguments.
  ///   - isOurs: Whether it is this program, and so ends when its standard input does.
  ///   - errors: A file that takes what it says; it is replaced.
  ///   - now: Seconds since 1970.
  /// - Throws: The system's error where it cannot be started.
  init(_ command: [String], isOurs: Bool, errors: URL, now: Double) throws {
    self.errors = errors
    started = now
    try Data().write(to: errors)
    let log = try FileHandle(forWritingTo: errors)
    // A name without a path is looked for as a shell would.
    let isPath = command.first?.contains("/") == true
    process.executableURL = URL(filePath: isPath ? command[0] : "/usr/bin/env")
    process.arguments = isPath ? Array(command.dropFirst()) : command
    var environment = ProcessInfo.processInfo.environment
    environment[EndWithParent.variable] = isOurs ? "1" : nil
    process.environment = environment
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    try process.run()
    try? log.close()
  }

  var isRunning: Bool { process.isRunning }

  /// Whether it ended well.
  var succeeded: Bool {
    !process.isRunning && process.terminationReason == .exit && process.terminationStatus == 0
  }

  /// The last line of what it said, at most 300 characters.
  var lastWords: String {
    let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").last.map(String.init)
    return String((line ?? "it ended with status \(process.terminationStatus)").prefix(300))
  }

  /// Ends it, at once where it does not listen.
  func end() {
    guard process.isRunning else { return }
    process.terminate()
    for _ in 0..<20 where process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}

/// Lets a program end with the one that started it: its standard input closes then.
public enum EndWithParent {
  /// The variable that asks for it.
  static let variable = "DELINEATE_ENDS_WITH_PARENT"

  /// Watches standard input, where the node started this program.
  public static func watch() {
    // A program that a thread pool's thread started inherits that thread's blocked signals, SIGTERM
    // among them.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    guard ProcessInfo.processInfo.environment[variable] != nil else { return }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while read(STDIN_FILENO, &byte, 1) > 0 {}
      // As if told to stop: nothing half-written is left.
      kill(getpid(), SIGTERM)
    }
  }
}
