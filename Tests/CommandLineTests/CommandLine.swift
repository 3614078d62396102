import Foundation

/// The built program, run as a person would.
enum CommandLineProgram {
  /// Where it is: beside the tests, in the folder that SwiftPM builds into.
  static let url: URL? = {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let places = [
      Bundle.main.bundleURL.appending(path: "delineate"),
      URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "delineate"),
      checkout.appending(path: ".build/release/delineate"),
    ]
    return places.first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  /// Whether it was built; the condition of `.enabled(if:)`.
  static var isBuilt: Bool { url != nil }

  /// What a run left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard error.
    var errorLines: [Substring] { errors.split(separator: "\n", omittingEmptySubsequences: true) }
  }

  /// Runs the program to its end in a folder.
  static func run(_ arguments: [String], in folder: URL) throws -> Outcome {
    let process = try start(arguments, in: folder)
    return try process.wait()
  }

  /// A program that runs.
  struct Running {
    let process: Process
    let output: URL
    let errors: URL

    /// Waits for the end.
    func wait() throws -> Outcome {
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self)
      )
    }
  }

  /// Starts the program in a folder; its streams go to files beside that folder.
  ///
  /// `environment` is added to the tests' own. With `shell`, a shell runs that instead, with the
  /// program as `$0` and the arguments as `$@`.
  static func start(
    _ arguments: [String],
    in folder: URL,
    environment: [String: String] = [:],
    shell: String? = nil
  ) throws -> Running {
    let process = Process()
    process.executableURL = shell == nil ? url : URL(filePath: "/bin/sh")
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.arguments = shell.map { ["-c", $0, url?.path ?? ""] + arguments } ?? arguments
    process.currentDirectoryURL = folder
    let streams = folder.deletingLastPathComponent()
    let output = streams.appending(path: "output-\(UUID().uuidString)")
    let errors = streams.appending(path: "errors-\(UUID().uuidString)")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return Running(process: process, output: output, errors: errors)
  }
}
