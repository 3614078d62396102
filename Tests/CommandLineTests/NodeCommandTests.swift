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
  private let place: NodeWorkplace
  private var work: URL { place.work }

  init() throws { place = try NodeWorkplace(caller: "SCANNER", answering: "PACS") }

  @Test("Studies are taken, answered once through crashes, and strangers refused")
  func studies() throws {
    let first = try place.node()
    #expect(try place.wait { try place.echo(as: "SCANNER") == 0 })
    #expect(try place.echo(as: "STRANGER") != 0)
    #expect(try place.echo(as: "SCANNER", to: "OTHER") != 0)
    #expect(try place.wait { place.page("/health") == "ok\n" })
    // No receiver yet: the answer waits, and the node is killed meanwhile.
    #expect(
      try place.run("storescu", "-aet SCANNER -aec NODE +sd 127.0.0.1 \(place.ports.node) ct") == 0
    )
    #expect(try place.wait { place.page("/metrics").contains("phase=\"sending\"} 1") })
    kill(first.process.processIdentifier, SIGKILL)
    _ = try first.wait()
    let receiver = try place.start("storescp", "-aet PACS -od received \(place.ports.receiver)")
    defer {
      // A thread pool's threads block SIGTERM, and what they start inherits that.
      kill(receiver.processIdentifier, SIGKILL)
      receiver.waitUntilExit()
    }
    let second = try place.node()
    defer {
      second.process.terminate()
      second.process.waitUntilExit()
    }
    #expect(try place.wait { try place.received().count == 1 })
    #expect(try place.wait { place.page("/metrics").contains("phase=\"done\"} 1") })
    // Sent again, it is not answered again.
    #expect(try place.wait { try place.echo(as: "SCANNER") == 0 })
    #expect(
      try place.run("storescu", "-aet SCANNER -aec NODE +sd 127.0.0.1 \(place.ports.node) ct") == 0
    )
    #expect(try place.wait { place.page("/metrics").contains("repeated_objects_total 6") })
    Thread.sleep(forTimeInterval: 1.5)
    #expect(try place.received().count == 1)
    #expect(place.page("/metrics").contains("phase=\"done\"} 1"))
    #expect(place.page("/absent").contains("/health and /metrics"))

    let answer = work.appending(path: "received").appending(path: try place.received()[0])
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

  @Test("Noise and damaged conversations on the port: the queue stays, and studies are answered")
  func noise() throws {
    let running = try place.node()
    defer {
      running.process.terminate()
      running.process.waitUntilExit()
    }
    let receiver = try place.start("storescp", "-aet PACS -od received \(place.ports.receiver)")
    defer {
      kill(receiver.processIdentifier, SIGKILL)
      receiver.waitUntilExit()
    }
    #expect(try place.wait { try place.echo(as: "SCANNER") == 0 })
    let port = UInt16(place.ports.node)
    // Undamaged, a conversation stores its object: the others come near it.
    // They speak of a study of their own: a damaged slice would spoil the series that is answered.
    var slice = DICOMSliceFile(
      size: [24, 20],
      spacing: [1.5, 1.25],
      origin: [-20, 10, -400],
      axes: ([1, 0, 0], [0, 1, 0]),
      number: 1
    )
    slice.changes[0x0020_000D] = .some(Array("\(DICOMSliceFile.root).99".utf8))
    let whole = DICOMConversation(file: slice.bytes).bytes
    #expect(!DICOMPrograms.exchange(whole, withPort: port).isEmpty)
    #expect(try place.wait { place.page("/metrics").contains("delineate_objects_total 1") })
    var generator = SeededGenerator(seed: 3)
    let rounds = fuzzRounds(300)
    for round in 0..<rounds {
      var bytes: [UInt8]
      if round % 4 == 0 {
        bytes = (0..<Int.random(in: 1...2000, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        // Often the beginning of an association request with an absurd length.
        if Bool.random(using: &generator) { bytes[0] = 1 }
      } else {
        bytes = [UInt8](Data(whole).mutated(using: &generator))
      }
      // Every tenth peer waits for what is answered; the others hang up.
      DICOMPrograms.exchange(bytes, withPort: port, waiting: round % 10 == 0)
    }
    #expect(running.process.isRunning)
    #expect(try place.wait { try place.echo(as: "SCANNER") == 0 })
    #expect(try peakMemory(of: running.process.processIdentifier) < 256 << 20)
    #expect(
      try place.run("storescu", "-aet SCANNER -aec NODE +sd 127.0.0.1 \(place.ports.node) ct") == 0
    )
    #expect(try place.wait { try !place.received().isEmpty })
    let log = try String(contentsOf: work.appending(path: "queue/audit.jsonl"), encoding: .utf8)
    let ends = log.components(separatedBy: "\"event\":\"listener ended\"").count - 1
    print("\(rounds) conversations; the listener was started again \(ends) times.")
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
