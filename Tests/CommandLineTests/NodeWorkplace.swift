import Foundation
import TestSupport
import VolumeFiles
import Volumes

/// A folder with CT slices, their contours, and a node's configuration that gives every study those.
struct NodeWorkplace {
  let folder: TemporaryFolder
  let work: URL
  let ports: (node: Int, receiver: Int, status: Int)

  /// A node that takes calls of one title and answers another on the receiver's port.
  init(caller: String, answering peer: String) throws {
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
      {"title": "NODE", "port": \(ports.node), "queue": "queue", "callers": ["\(caller)"],
       "peers": [{"title": "\(peer)", "host": "127.0.0.1", "port": \(ports.receiver)}],
       "rules": [{"name": "r", "modality": "CT", "model": "phantom", "sendTo": "\(peer)"}],
       "quietSeconds": 1, "retrySeconds": 0.5, "statusPort": \(ports.status),
       "segmenter": ["\(segmenter.path)"]}
      """
    try Data(json.utf8).write(to: work.appending(path: "node.json"))
  }

  func node() throws -> CommandLineProgram.Running {
    try CommandLineProgram.start(["node", "--config", "node.json"], in: work)
  }

  /// Runs one of DCMTK's programs to its end.
  func run(_ name: String, _ arguments: String) throws -> Int32 {
    let process = try start(name, arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }

  func start(_ name: String, _ arguments: String) throws -> Process {
    let process = Process()
    process.executableURL = DICOMPrograms.place(of: name)
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = work
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  func wait(_ seconds: Double = 60, until isTrue: () throws -> Bool) throws -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if try isTrue() { return true }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return false
  }

  func received() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: work.appending(path: "received").path)
  }

  func page(_ path: String) -> String {
    let request = Array("GET \(path) HTTP/1.0\r\n\r\n".utf8)
    let answer = DICOMPrograms.exchange(request, withPort: UInt16(ports.status))
    let text = String(decoding: answer, as: UTF8.self)
    return text.components(separatedBy: "\r\n\r\n").dropFirst().joined()
  }

  func echo(as title: String, to called: String = "NODE") throws -> Int32 {
    try run("echoscu", "-aet \(title) -aec \(called) 127.0.0.1 \(ports.node)")
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

  /// Sends bytes to a port of this machine, and reads what it answers until it hangs up, or is silent for two
  /// seconds.
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
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(
      peer,
      SOL_SOCKET,
      SO_RCVTIMEO,
      &patience,
      socklen_t(MemoryLayout<timeval>.size)
    )
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
