internal import Foundation

/// What happened to which study, a line of JSON each: without names, identifiers or UIDs.
final class AuditLog {
  private let file: FileHandle?
  private let encoder = JSONEncoder()

  /// One thing that happened.
  struct Entry: Encodable {
    var time: String
    var event: String
    var caller: String?
    /// The study's key in the queue.
    var study: String?
    var objects: Int?
    var rule: String?
    var target: String?
    var seconds: Double?
    var reason: String?
  }

  /// Opens a log and goes on at its end.
  init(at url: URL) throws(QueueError) {
    let descriptor = open(url.path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(url.lastPathComponent) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  /// Adds a line.
  func write(
    _ event: String,
    _ study: QueuedStudy? = nil,
    caller: String? = nil,
    objects: Int? = nil,
    seconds: Double? = nil,
    reason: String? = nil
  ) {
    let entry = Entry(
      time: Date().formatted(.iso8601),
      event: event,
      caller: caller ?? study?.caller,
      study: study?.key,
      objects: objects,
      rule: study?.rule,
      target: study?.target,
      seconds: seconds.map { ($0 * 1000).rounded() / 1000 },
      reason: reason
    )
    guard let line = try? encoder.encode(entry) else { return }
    try? file?.write(contentsOf: line + Data("\n".utf8))
  }
}
