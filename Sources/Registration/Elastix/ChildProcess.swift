import Foundation
import Synchronization

/// A program that runs as a child of this one and dies with the task that awaits it.
///
/// Never through a shell: the arguments are passed as they are.
final class ChildProcess: Sendable {
  private enum State {
    case waiting
    case running(pid: Int32)
    case ended
  }

  private let program: URL
  private let arguments: [String]
  private let folder: URL
  private let state = Mutex((state: State.waiting, isCancelled: false))

  /// A program with its arguments and working folder, not yet running.
  init(_ program: URL, arguments: [String], folder: URL) {
    self.program = program
    self.arguments = arguments
    self.folder = folder
  }

  /// The program of this name on the search path.
  static func find(_ name: String) throws(RegistrationError) -> URL {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for folder in path.split(separator: ":") where folder.hasPrefix("/") {
      let place = "\(folder)/\(name)"
      if access(place, X_OK) == 0 { return URL(filePath: place) }
    }
    throw .missingProgram(name)
  }

  /// Runs the program to its end.
  ///
  /// - Parameter line: Called with each line of its standard output and error.
  /// - Returns: Its exit status; a signal's number plus 128 where one ended it.
  /// - Throws: ``RegistrationError/cancelled`` where the task was cancelled: the child is then dead.
  func run(
    line: @escaping @Sendable (String) -> Void
  ) async throws -> Int32 {
    let result: Result<Int32, RegistrationError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Reading blocks, so it has a thread of its own.
        Thread.detachNewThread { continuation.resume(returning: self.runHere(line)) }
      }
    } onCancel: {
      self.cancel()
    }
    if state.withLock({ $0.isCancelled }) { throw RegistrationError.cancelled }
    return try result.get()
  }

  /// Kills the child, or keeps it from starting.
  private func cancel() {
    state.withLock { state in
      state.isCancelled = true
      if case .running(let pid) = state.state { kill(pid, SIGKILL) }
    }
  }

  private func runHere(_ line: (String) -> Void) -> Result<Int32, RegistrationError> {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    let started = state.withLock { state -> Bool in
      guard !state.isCancelled, (try? process.run()) != nil else { return false }
      state.state = .running(pid: process.processIdentifier)
      return true
    }
    let name = program.lastPathComponent
    guard started else { return .failure(.programFailed(name, reason: "it could not be started")) }
    try? pipe.fileHandleForWriting.close()
    var rest: [UInt8] = []
    while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
      for byte in data {
        if byte == UInt8(ascii: "\n") {
          line(String(decoding: rest, as: UTF8.self))
          rest.removeAll(keepingCapacity: true)
        } else if rest.count < 4096 {
          rest.append(byte)
        }
      }
    }
    // From here on the number may be another process's.
    process.waitUntilExit()
    state.withLock { $0.state = .ended }
    let bySignal = process.terminationReason == .uncaughtSignal
    return .success(process.terminationStatus + (bySignal ? 128 : 0))
  }
}
