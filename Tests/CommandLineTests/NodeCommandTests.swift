import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The node beside DCMTK's own programs, as sender and as receiver.
@Suite(
  "The node on the network",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)"),
  .enabled(if: DICOMPrograms.areThere, "DCMTK's programs are not installed (apt: dcmtk)")
)
struct NodeCommandTests {
  private let folder: TemporaryFolder
  private let work: URL
  private let ports: (node: Int, receiver: Int, status: Int)

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    let port = Int.random(in: 20_000...59_000)
    ports = (port, port + 1, port + 2)
    let grid = try VoxelGrid(size: [24, 20, 6], spacing: [1.5, 1.25, 3], origin: [-20, 10, -400])
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 1..<5 { for j in 6..<14 { for i in 4..<10 { labels[i, j, k] = 1 } } }
    try DICOMSliceFile.write(
      Volume<Float>(repeating: 0, grid: grid),
      to: work.appending(path: "ct")
    )
    try write(labels, scheme: nil, to: work.appending(path: "labels.nrrd"))
    try FileManager.default.createDirectory(
      at: work.appending(path: "received"),
      withIntermediateDirectories: true
    )
    // Instead of a network, which would take minutes: the same contours for every study.
    let script = """
      #!/bin/sh
      exec '\(CommandLineProgram.url?.path ?? "")' export rtstruct --labels '\(work.path)/labels.nrrd' \
        --series "$2" --series-uid "$4" --output "$8"
      """
    let segmenter = work.appending(path: "segmenter")
    try Data(script.utf8).write(to: segmenter)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755],
      ofItemAtPath: segmenter.path
    )
    let json = """
      {"title": "NODE", "port": \(ports.node), "queue": "queue", "callers": ["SCANNER"],
       "peers": [{"title": "PACS", "host": "127.0.0.1", "port": \(ports.receiver)}],
       "rules": [{"name": "r", "modality": "CT", "model": "phantom", "sendTo": "PACS"}],
       "quietSeconds": 1, "retrySeconds": 0.5, "statusPort": \(ports.status),
       "segmenter": ["\(segmenter.path)"]}
      """
    try Data(json.utf8).write(to: work.appending(path: "node.json"))
  }

  private func node() throws -> CommandLineProgram.Running {
    try CommandLineProgram.start(["node", "--config", "node.json"], in: work)
  }

  /// Runs one of DCMTK's programs to its end.
  private func run(_ name: String, _ arguments: String) throws -> Int32 {
    let process = try start(name, arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }

  private func start(_ name: String, _ arguments: String) throws -> Process {
    let process = Process()
    process.executableURL = DICOMPrograms.place(of: name)
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = work
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func wait(_ seconds: Double = 60, until isTrue: () throws -> Bool) throws -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if try isTrue() { return true }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return false
  }

  private func received() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: work.appending(path: "received").path)
  }

  private func page(_ path: String) -> String {
    let request = Array("GET \(path) HTTP/1.0\r\n\r\n".utf8)
    let answer = DICOMPrograms.exchange(request, withPort: UInt16(ports.status))
    let text = String(decoding: answer, as: UTF8.self)
    return text.components(separatedBy: "\r\n\r\n").dropFirst().joined()
  }

  private func echo(as title: String, to called: String = "NODE") throws -> Int32 {
    try run("echoscu", "-aet \(title) -aec \(called) 127.0.0.1 \(ports.node)")
  }

  @Test("Studies are taken, answered once through crashes, and strangers refused")
  func studies() throws {
    let first = try node()
    #expect(try wait { try echo(as: "SCANNER") == 0 })
    #expect(try echo(as: "STRANGER") != 0)
    #expect(try echo(as: "SCANNER", to: "OTHER") != 0)
    #expect(try wait { page("/health") == "ok\n" })
    // No receiver yet: the answer waits, and the node is killed meanwhile.
    #expect(
      try run("storescu", "-aet SCANNER -aec NODE +sd 127.0.0.1 \(ports.node) ct") == 0
    )
    #expect(try wait { page("/metrics").contains("phase=\"sending\"} 1") })
    kill(first.process.processIdentifier, SIGKILL)
    _ = try first.wait()
    let receiver = try start("storescp", "-aet PACS -od received \(ports.receiver)")
    defer {
      receiver.terminate()
      receiver.waitUntilExit()
    }
    let second = try node()
    defer {
      second.process.terminate()
      second.process.waitUntilExit()
    }
    #expect(try wait { try received().count == 1 })
    #expect(try wait { page("/metrics").contains("phase=\"done\"} 1") })
    // Sent again, it is not answered again.
    #expect(try wait { try echo(as: "SCANNER") == 0 })
    #expect(
      try run("storescu", "-aet SCANNER -aec NODE +sd 127.0.0.1 \(ports.node) ct") == 0
    )
    #expect(try wait { page("/metrics").contains("repeated_objects_total 6") })
    Thread.sleep(forTimeInterval: 1.5)
    #expect(try received().count == 1)
    #expect(page("/metrics").contains("phase=\"done\"} 1"))
    #expect(page("/absent").contains("/health and /metrics"))

    let answer = work.appending(path: "received").appending(path: try received()[0])
    try FileManager.default.copyItem(at: answer, to: work.appending(path: "answer.dcm"))
    let read = try CommandLineProgram.run(
      ["import", "rtstruct", "answer.dcm", "--on", "ct", "--output", "back.nii.gz"],
      in: work
    )
    #expect(read.status == 0, "\(read.errors)")
    let labels = try readLabelMap(at: work.appending(path: "labels.nrrd")).labelMap
    #expect(
      try readLabelMap(at: work.appending(path: "back.nii.gz")).labelMap.voxels == labels.voxels
    )
    let log = try String(
      contentsOf: work.appending(path: "queue/audit.jsonl"),
      encoding: .utf8
    )
    #expect(log.contains("\"event\":\"answered\""))
    #expect(!log.contains("Phantom") && !log.contains(DICOMSliceFile.root))
  }

  @Test("Noise on the port ends nothing: the node answers as before")
  func noise() throws {
    let running = try node()
    defer {
      running.process.terminate()
      running.process.waitUntilExit()
    }
    #expect(try wait { try echo(as: "SCANNER") == 0 })
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<100 {
      let length = Int.random(in: 1...2000, using: &generator)
      var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      // Often the beginning of an association request with an absurd length.
      if Bool.random(using: &generator) { bytes[0] = 1 }
      DICOMPrograms.exchange(bytes, withPort: UInt16(ports.node), waiting: false)
    }
    #expect(try wait { try echo(as: "SCANNER") == 0 })
    #expect(running.process.isRunning)
  }

  @Test("A node that cannot work says so in one sentence")
  func refusals() throws {
    try Data("{}".utf8).write(to: work.appending(path: "empty.json"))
    for (arguments, words) in [
      (["node", "--config", "absent.json"], "absent.json"),
      (["node", "--config", "empty.json"], "title"),
      (["node", "--config", "node.json", "--check"], "PACS"),
      (
        ["send", "absent.dcm", "--host", "localhost", "--port", "1", "--called", "A"], "absent.dcm"
      ),
      (
        ["send", "ct/1.dcm", "--host", "127.0.0.1", "--port", "1", "--called", "A"],
        "A did not take"
      ),
      (
        ["send", "node.json", "--host", "127.0.0.1", "--port", "1", "--called", "A"],
        "A did not take"
      ),
    ] {
      let outcome = try CommandLineProgram.run(arguments, in: work)
      #expect(outcome.status == 1, "\(arguments)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }
}

/// DCMTK's programs, and bytes for a port.
enum DICOMPrograms {
  /// Where a program is; `nil` where it is not installed.
  static func place(of name: String) -> URL? {
    ["/usr/bin", "/usr/local/bin"].map { URL(filePath: $0).appending(path: name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Whether sender and receiver are installed.
  static var areThere: Bool {
    ["echoscu", "storescu", "storescp"].allSatisfy { place(of: $0) != nil }
  }

  /// Sends bytes to a port of this machine, and reads what it answers until it hangs up.
  @discardableResult
  static func exchange(_ bytes: [UInt8], withPort port: UInt16, waiting: Bool = true) -> [UInt8] {
    let peer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard peer >= 0 else { return [] }
    defer { close(peer) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(peer, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return [] }
    _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while waiting {
      let count = recv(peer, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    return answer
  }
}
