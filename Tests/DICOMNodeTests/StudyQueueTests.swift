import DICOMNode
import Foundation
import TestSupport
import Testing
import Volumes

@Suite("A node's queue")
struct StudyQueueTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Puts an object where the listener would.
  private func receive(_ number: Int, from caller: String, in queue: StudyQueue) throws {
    let slice = DICOMSliceFile(
      size: [4, 4],
      spacing: [1, 1],
      origin: [0, 0, Double(number)],
      axes: ([1, 0, 0], [0, 1, 0]),
      number: number
    )
    let title = caller.utf8.map { String(UInt16($0) + 0x100, radix: 16).suffix(2) }.joined()
    try slice.bytes.write(
      to: queue.incoming.appending(path: "\(title).\(UUID().uuidString)-1.dcm")
    )
  }

  @Test("Objects are filed by caller and study, and are there when the queue is opened again")
  func filing() throws {
    var queue = try StudyQueue(at: folder.url)
    for number in 1...3 { try receive(number, from: "CT 1", in: queue) }
    try receive(1, from: "OTHER", in: queue)
    let arrivals = try queue.takeIn(now: 100)
    #expect(arrivals.taken.values.sorted() == [1, 3])
    #expect(arrivals.rejected.isEmpty)
    #expect(try queue.takeIn(now: 101).taken.isEmpty)
    #expect(Set(queue.studies.values.map(\.caller)) == ["CT 1", "OTHER"])
    let study = try #require(queue.studies.values.first { $0.caller == "CT 1" })
    #expect(study.phase == .receiving && study.lastObject == 100)
    #expect(queue.digests(of: study.key).count == 3)
    // The same object again takes its own place.
    try receive(2, from: "CT 1", in: queue)
    #expect(try queue.takeIn(now: 200).taken == [study.key: 1])
    #expect(queue.digests(of: study.key).count == 3)
    #expect(throws: QueueError.taken(folder.url.lastPathComponent)) {
      try StudyQueue(at: folder.url)
    }
    let before = queue.studies
    queue.release()
    let again = try StudyQueue(at: folder.url)
    #expect(again.studies == before)
    again.release()
  }

  @Test("What was answered is not taken again; what is new asks for another answer")
  func repetition() throws {
    var queue = try StudyQueue(at: folder.url)
    defer { queue.release() }
    try receive(1, from: "CT", in: queue)
    _ = try queue.takeIn(now: 1)
    var study = try #require(queue.studies.values.first)
    study.phase = .done
    study.answered = queue.digests(of: study.key)
    try queue.update(study)
    try receive(1, from: "CT", in: queue)
    let repeated = try queue.takeIn(now: 2)
    #expect(repeated.repeated == 1 && repeated.taken.isEmpty)
    #expect(queue.studies[study.key]?.phase == .done)
    queue.remove(study.key, entirely: false)
    try receive(2, from: "CT", in: queue)
    #expect(try queue.takeIn(now: 3).taken == [study.key: 1])
    #expect(queue.studies[study.key]?.phase == .receiving)
    queue.remove(study.key, entirely: true)
    #expect(queue.studies.isEmpty)
  }

  @Test("What cannot be read is set aside with a sentence, and what was cut short is removed")
  func damage() throws {
    var queue = try StudyQueue(at: folder.url)
    let bytes = Data((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try bytes.write(to: queue.incoming.appending(path: "4354.x-1.dcm"))
    try Data().write(to: queue.incoming.appending(path: "4354.x-2.dcm"))
    try Data("part".utf8).write(to: queue.incoming.appending(path: "4354.x-3.part"))
    let arrivals = try queue.takeIn(now: 1)
    #expect(arrivals.taken.isEmpty)
    #expect(arrivals.rejected.map(\.caller) == ["CT", "CT"])
    #expect(arrivals.rejected.allSatisfy { $0.reason.hasSuffix(".") })
    queue.removeUnfinished()
    let left = try FileManager.default.contentsOfDirectory(atPath: queue.incoming.path)
    #expect(left.isEmpty)
    try receive(1, from: "CT", in: queue)
    _ = try queue.takeIn(now: 2)
    let key = try #require(queue.studies.keys.first)
    try Data("half".utf8).write(to: queue.place(of: key).appending(path: ".state.json.x"))
    queue.release()
    let again = try StudyQueue(at: folder.url)
    let names = try FileManager.default.contentsOfDirectory(atPath: again.place(of: key).path)
    #expect(names.sorted() == ["objects", "state.json"])
    again.release()
  }

  @Test("Hundreds of damaged objects are taken or set aside, and none stays where it came in")
  func mutations() throws {
    var queue = try StudyQueue(at: folder.url)
    defer { queue.release() }
    let slice = DICOMSliceFile(
      size: [4, 4],
      spacing: [1, 1],
      origin: [0, 0, 0],
      axes: ([1, 0, 0], [0, 1, 0]),
      number: 1
    )
    var generator = SeededGenerator(seed: 11)
    var (taken, rejected) = (0, 0)
    let rounds = fuzzRounds(500) / 100
    for round in 0..<rounds {
      for index in 0..<100 {
        try slice.bytes.mutated(using: &generator)
          .write(to: queue.incoming.appending(path: "4354.\(round)-\(index).dcm"))
      }
      for _ in 0..<2 {
        let arrivals = try queue.takeIn(now: Double(round))
        taken += arrivals.taken.values.reduce(0, +)
        rejected += arrivals.rejected.count
      }
    }
    #expect(taken + rejected == 100 * rounds)
    #expect(taken > 0 && rejected > 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: queue.incoming.path).isEmpty)
  }
}
