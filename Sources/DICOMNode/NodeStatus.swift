internal import Foundation
internal import Synchronization

/// How a node is: counted by the node, read by the page of health and metrics.
final class NodeStatus: Sendable {
  private struct Values {
    var objects = 0
    var repeated = 0
    var rejected = 0
    var answers = 0
    var phases: [String: Int] = [:]
    var isListening = false
    var isFull = false
    var bytes = 0
    var updated = 0.0
  }

  private let values = Mutex(Values())

  func count(objects: Int, repeated: Int, rejected: Int) {
    values.withLock {
      $0.objects += objects
      $0.repeated += repeated
      $0.rejected += rejected
    }
  }

  func countAnswer() { values.withLock { $0.answers += 1 } }

  func update(
    _ studies: some Collection<QueuedStudy>,
    isListening: Bool,
    isFull: Bool,
    bytes: Int,
    now: Double
  ) {
    var phases: [String: Int] = [:]
    for study in studies { phases[study.phase.rawValue, default: 0] += 1 }
    values.withLock {
      $0.phases = phases
      $0.isListening = isListening
      $0.isFull = isFull
      $0.bytes = bytes
      $0.updated = now
    }
  }

  /// Whether the node listens, has room and works; and why not.
  func health(now: Double) -> (isGood: Bool, text: String) {
    let values = values.withLock { $0 }
    if now - values.updated > 30 { return (false, "the queue stands still") }
    if !values.isListening { return (false, "nothing listens") }
    if values.isFull { return (false, "the disk's share is used up") }
    return (true, "ok")
  }

  /// The counts as Prometheus reads them.
  var metrics: String {
    let values = values.withLock { $0 }
    var lines: [String] = []
    func add(_ name: String, _ kind: String, _ help: String, _ samples: [(String, Int)]) {
      lines.append("# HELP delineate_\(name) \(help)")
      lines.append("# TYPE delineate_\(name) \(kind)")
      for (labels, value) in samples { lines.append("delineate_\(name)\(labels) \(value)") }
    }
    add("objects_total", "counter", "Objects taken since the start.", [("", values.objects)])
    add(
      "repeated_objects_total",
      "counter",
      "Objects sent again of studies that were answered.",
      [("", values.repeated)]
    )
    add("rejected_objects_total", "counter", "Objects not readable.", [("", values.rejected)])
    add("answers_total", "counter", "Structure sets sent since the start.", [("", values.answers)])
    add(
      "studies",
      "gauge",
      "Studies in the queue by phase.",
      ["receiving", "ready", "sending", "done", "failed"].map {
        ("{phase=\"\($0)\"}", values.phases[$0] ?? 0)
      }
    )
    add("queue_bytes", "gauge", "Bytes that the queue takes.", [("", values.bytes)])
    add("listening", "gauge", "Whether peers can call.", [("", values.isListening ? 1 : 0)])
    return lines.joined(separator: "\n") + "\n"
  }
}
