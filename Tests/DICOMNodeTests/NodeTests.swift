import DICOMNode
import Foundation
import TestSupport
import Testing
import Volumes

/// A node whose listener, segmentations and answers are a shell script; objects are put where the
/// listener would.
@Suite("A node")
struct NodeTests {
  private let folder: TemporaryFolder
  private let configuration: URL
  private let script: String

  init() throws {
    folder = try TemporaryFolder()
    configuration = folder.url.appending(path: "node.json")
    script = folder.url.appending(path: "program").path
    try configure()
    try program(segment: "echo answer > \"$8\"", send: "echo \"$2\" >> \(folder.url.path)/sent")
  }

  private func configure(_ more: String = "") throws {
    let json = """
      {"title": "NODE", "port": 11112, "queue": "\(folder.url.path)/queue", "callers": ["CT"],
       "peers": [{"title": "CT", "host": "localhost", "port": 104}],
       "rules": [{"name": "r", "modality": "CT", "description": "*", "model": "m"}],
       "quietSeconds": 10, "retrySeconds": 5, "attempts": 3\(more)}
      """
    try Data(json.utf8).write(to: configuration)
  }

  /// Makes the script: `$2` is the folder or file, `$8` the output of `segment`.
  private func program(segment: String, send: String) throws {
    let text = """
      #!/bin/sh
      case "$1" in
      node-listener) exec cat > /dev/null ;;
      segment) \(segment) ;;
      send) \(send) ;;
      esac
      """
    try Data(text.utf8).write(to: URL(filePath: script))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
  }

  private func node() throws -> Node {
    try Node(configuration: configuration, program: script)
  }

  private func receive(_ numbers: ClosedRange<Int>, modality: String = "CT", in node: Node) throws {
    for number in numbers {
      var slice = DICOMSliceFile(
        size: [4, 4],
        spacing: [1, 1],
        origin: [0, 0, Double(number)],
        axes: ([1, 0, 0], [0, 1, 0]),
        number: number
      )
      slice.modality = modality
      try slice.bytes.write(
        to: node.queue.incoming.appending(path: "4354.\(UUID().uuidString)-\(number).dcm")
      )
    }
  }

  /// Works at a moment until the study is in a phase, for ten seconds at most.
  private func work(_ node: Node, at now: Double, until phase: QueuedStudy.Phase) throws {
    for _ in 0..<500 {
      _ = try node.step(now: now)
      if node.queue.studies.values.contains(where: { $0.phase == phase }) { return }
      Thread.sleep(forTimeInterval: 0.02)
    }
    Issue.record("\(node.queue.studies.values.map(\.phase)), \(phase) is expected")
  }

  private var sent: Int {
    let text = try? String(contentsOf: folder.url.appending(path: "sent"), encoding: .utf8)
    return text?.split(separator: "\n").count ?? 0
  }

  @Test("A study is answered when it is complete, and once")
  func answer() throws {
    let node = try node()
    defer { node.stop() }
    try receive(1...3, in: node)
    _ = try node.step(now: 0)
    _ = try node.step(now: 9)
    #expect(node.queue.studies.values.map(\.phase) == [.receiving])
    try work(node, at: 10, until: .done)
    #expect(sent == 1)
    let study = try #require(node.queue.studies.values.first)
    #expect(study.rule == "r" && study.target == "CT" && study.answers == 1)
    try receive(1...3, in: node)
    _ = try node.step(now: 20)
    _ = try node.step(now: 40)
    #expect(node.queue.studies[study.key]?.phase == .done)
    // A slice more is another study's worth.
    try receive(4...4, in: node)
    _ = try node.step(now: 50)
    try work(node, at: 60, until: .done)
    #expect(sent == 2)
    let log = try String(
      contentsOf: node.queue.folder.appending(path: "audit.jsonl"),
      encoding: .utf8
    )
    for event in ["received", "complete", "segmenting", "segmented", "answered"] {
      #expect(log.contains("\"event\":\"\(event)\""))
    }
    #expect(!log.contains("Phantom") && !log.contains(DICOMSliceFile.root))
  }

  @Test("What fails is tried again, each time later, until a person must look")
  func retries() throws {
    try program(segment: "echo 'The model is not there.' >&2; exit 1", send: "exit 1")
    let node = try node()
    defer { node.stop() }
    try receive(1...3, in: node)
    _ = try node.step(now: 0)
    func attempts() -> Int { node.queue.studies.values.first?.attempts ?? 0 }
    var now = 10.0
    for attempt in 1...3 {
      for _ in 0..<500 where attempts() < attempt {
        _ = try node.step(now: now)
        Thread.sleep(forTimeInterval: 0.02)
      }
      #expect(attempts() == attempt)
      now += 5 * pow(2, Double(attempt - 1))
    }
    let study = try #require(node.queue.studies.values.first)
    #expect(study.phase == .failed)
    #expect(study.problem == "The model is not there.")
  }

  @Test("A node that ends goes on where it was: the same answer is sent, not another")
  func restart() throws {
    try program(segment: "echo answer > \"$8\"", send: "exit 1")
    let first = try node()
    try receive(1...3, in: first)
    _ = try first.step(now: 0)
    try work(first, at: 10, until: .sending)
    let answer = try #require(first.queue.studies.values.first?.answer)
    first.stop()
    try program(segment: "exit 1", send: "echo \"$2\" >> \(folder.url.path)/sent")
    let second = try node()
    defer { second.stop() }
    try work(second, at: 1000, until: .done)
    #expect(sent == 1)
    let name = try String(contentsOf: folder.url.appending(path: "sent"), encoding: .utf8)
    #expect(name.contains(answer))
  }

  @Test("A study that no rule fits is kept quiet, and a full disk refuses objects")
  func limits() throws {
    try configure(", \"gigabytes\": 0.001")
    let node = try node()
    defer { node.stop() }
    try receive(1...3, modality: "MR", in: node)
    _ = try node.step(now: 0)
    try work(node, at: 10, until: .done)
    #expect(sent == 0)
    #expect(node.queue.studies.values.first?.problem == "No rule fits the study.")
    let ballast = node.queue.folder.appending(path: "ballast")
    try Data(count: 2_000_000).write(to: ballast)
    _ = try node.step(now: 20)
    #expect(FileManager.default.fileExists(atPath: node.queue.full.path))
    try FileManager.default.removeItem(at: ballast)
    _ = try node.step(now: 30)
    #expect(!FileManager.default.fileExists(atPath: node.queue.full.path))
  }
}
