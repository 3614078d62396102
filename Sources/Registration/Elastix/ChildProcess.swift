import Foundation

/// A program that runs as a child of this one, to its end or until the work is called off.
///
/// Never through a shell: the arguments are passed as they are.
struct ChildProcess {
  private let program: URL
  private let arguments: [String]
  private let folder: URL

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
  /// - Parameters:
  ///   - isCancelled: Asked ten times a second; where it says yes, the child is killed.
  ///   - line: Called with each line of its standard output and error.
  /// - Returns: Its exit status; a signal's number plus 128 where one ended it.
  /// - Throws: ``RegistrationError/cancelled``: the child is then dead.
  func run(
    isCancelled: () -> Bool,
    line: (String) -> Void
  ) throws(RegistrationError) -> Int32 {
    if isCancelled() { throw .cancelled }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch {
      throw .programFailed(program.lastPathComponent, reason: "it could not be started")
    }
    try? pipe.fileHandleForWriting.close()
    let end = pipe.fileHandleForReading.fileDescriptor
    var bytes = [UInt8](repeating: 0, count: 4096)
    var rest: [UInt8] = []
    while true {
      var waiting = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if isCancelled() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        throw .cancelled
      }
      if ready == 0 { continue }
      let count = read(end, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      for byte in bytes[..<count] {
        if byte == UInt8(ascii: "\n") {
          line(String(decoding: rest, as: UTF8.self))
          rest.removeAll(keepingCapacity: true)
        } else if rest.count < 4096 {
          rest.append(byte)
        }
      }
    }
    process.waitUntilExit()
    let bySignal = process.terminationReason == .uncaughtSignal
    return process.terminationStatus + (bySignal ? 128 : 0)
  }
}
