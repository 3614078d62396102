import Foundation
import Models
import TestSupport
import Testing

/// A folder with two drawn patients, planned small and prepared, to train in.
struct TrainingFolder {
  private let folder: TemporaryFolder
  /// Where `set` and `work` are.
  var url: URL { folder.url }

  private static let planning = [
    "plan", "set", "--output", "work", "--split", "splits.json", "--features", "4", "--patch", "16",
    "32", "32",
  ]

  /// The patients and their prepared cases, made once for all tests: they depend on no option.
  ///
  /// Unsafe to the compiler as a folder is no value; nobody writes into this one after it is made.
  private nonisolated(unsafe) static let drawn = Result<TemporaryFolder, any Error> {
    let folder = try TemporaryFolder()
    try Data(#"[{"train": ["phantom_0001"], "val": ["phantom_0002"]}]"#.utf8)
      .write(to: folder.url.appending(path: "splits.json"))
    try run(
      ["phantom", "--kind", "simple", "--output", "set", "--cases", "2", "--seed", "1"],
      in: folder.url
    )
    try run(planning, in: folder.url)
    try run(["preprocess", "work"], in: folder.url)
    return folder
  }

  private static func run(_ arguments: [String], in folder: URL) throws {
    let outcome = try CommandLineProgram.run(arguments, in: folder)
    #expect(outcome.status == 0, "\(arguments[0]): \(outcome.errors)")
  }

  /// Plans with these options added and two validation batches, prepares, and has `change` rewrite
  /// the plan's JSON.
  init(_ options: [String], change: (inout [String: Any]) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    let drawn = try Self.drawn.get()
    for name in ["splits.json", "set"] {
      try FileManager.default.copyItem(
        at: drawn.url.appending(path: name),
        to: folder.url.appending(path: name)
      )
    }
    try Self.run(Self.planning + options, in: folder.url)
    try FileManager.default.copyItem(
      at: drawn.url.appending(path: "work/prepared"),
      to: folder.url.appending(path: "work/prepared")
    )
    let file = folder.url.appending(path: "work/plan.json")
    var plan = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    )
    plan["validationSteps"] = 2
    change(&plan)
    try JSONSerialization.data(withJSONObject: plan).write(to: file)
  }

  /// Copies the prepared work, without what was trained there.
  func copyWork(to name: String) throws {
    try FileManager.default.copyItem(
      at: url.appending(path: "work"),
      to: url.appending(path: name)
    )
  }

  /// The weights of a fold's checkpoint, by name.
  func weights(_ work: String) throws -> [String: [Float]] {
    let file = try TensorFile(
      contentsOf: url.appending(path: "\(work)/fold_0/checkpoint.safetensors")
    )
    return file.tensors.filter { $0.key.hasPrefix("weights.") }.mapValues(\.values)
  }

  /// Starts one of several processes that train a work together.
  func start(
    _ rank: Int,
    of count: Int,
    _ arguments: [String],
    port: UInt16
  ) throws -> CommandLineProgram.Running {
    try CommandLineProgram.start(
      ["train"] + arguments + ["--threads", "1", "--process-timeout", "60"],
      in: url,
      environment: [
        "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "\(port)",
      ]
    )
  }

  /// Trains with several processes to their end.
  func train(_ arguments: [String], processes: Int) throws -> [CommandLineProgram.Outcome] {
    let port = try freePort()
    return try (0..<processes).map { try start($0, of: processes, arguments, port: port) }
      .map { try $0.wait() }
  }
}

/// A TCP port of the loopback that nothing listens at now.
func freePort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
    }
  }
  try #require(isBound)
  return UInt16(bigEndian: address.sin_port)
}
