import Archives
import Foundation
import Preprocessing
import Randomness

extension PreparedCaseFile {
  /// Writes a prepared case: the tensors first, then the description, each whole or not at all.
  static func write(
    _ prepared: PreparedCase,
    labels: [UInt8],
    classCount: Int,
    contoured: [Int],
    name: String,
    source: String,
    preparation: String,
    to folder: URL
  ) throws(PreparedCaseError) -> PreparedCaseRecord {
    guard isFileName(name) else { throw .impossibleName(name) }
    let locations = drawnLocations(labels, classCount: classCount)
    let layout = try PreparedCaseLayout(
      name: name,
      channelCount: prepared.channelCount,
      size: prepared.size,
      locationCounts: locations.map(\.count)
    )
    let tensors = tensors(of: name, in: folder)
    // A description without its tensors must not be taken for a whole case.
    let description = description(of: name, in: folder)
    unlink(description.path)
    var digest = ""
    try replace(tensors, case: name) { (file, handle) throws(PreparedCaseError) in
      do {
        try handle.write(contentsOf: layout.header)
        try prepared.voxels.withUnsafeBytes { try handle.write(contentsOf: $0) }
        for list in locations { try list.withUnsafeBytes { try handle.write(contentsOf: $0) } }
        try labels.withUnsafeBytes { try handle.write(contentsOf: $0) }
        digest = try SHA256.hexDigest(ofFile: file)
      } catch {
        throw .unwritable(case: name, reason: error.localizedDescription)
      }
    }
    let record = PreparedCaseRecord(
      formatVersion: PreparedCaseRecord.currentVersion,
      name: name,
      channelCount: prepared.channelCount,
      size: prepared.size,
      locationCounts: locations.map(\.count),
      contoured: contoured.sorted(),
      grid: .init(prepared.restoration.originalGrid),
      restoration: .init(prepared.restoration),
      source: source,
      preparation: preparation,
      byteCount: layout.byteCount,
      sha256: digest
    )
    let encoder = JSONEncoder.sorted
    encoder.outputFormatting.insert(.prettyPrinted)
    try replace(description, case: name) { (_, handle) throws(PreparedCaseError) in
      do { try handle.write(contentsOf: try encoder.encode(record)) } catch {
        throw .unwritable(case: name, reason: error.localizedDescription)
      }
    }
    return record
  }

  /// Lets `body` write a file under a temporary name, waits for the disk, and renames it.
  private static func replace(
    _ url: URL,
    case name: String,
    _ body: (URL, FileHandle) throws(PreparedCaseError) -> Void
  ) throws(PreparedCaseError) {
    let partial = url.deletingLastPathComponent()
      .appending(path: ".\(url.lastPathComponent)\(partialEnding)")
    defer { unlink(partial.path) }
    func unwritable() -> PreparedCaseError {
      .unwritable(case: name, reason: String(cString: strerror(errno)))
    }
    let descriptor = open(partial.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw unwritable() }
    defer { close(descriptor) }
    try body(partial, FileHandle(fileDescriptor: descriptor, closeOnDealloc: false))
    guard fsync(descriptor) == 0, rename(partial.path, url.path) == 0 else { throw unwritable() }
  }

  /// What unfinished files end in.
  static let partialEnding = ".partial"

  /// For each class its voxels' places in ascending order: all of them, or 10,000 drawn evenly.
  static func drawnLocations(_ labels: [UInt8], classCount: Int) -> [[Int32]] {
    var counts = [Int](repeating: 0, count: 256)
    for label in labels { counts[Int(label)] += 1 }
    let limit = PreparedCaseLayout.locationsPerClass
    var lists = [[Int32]](repeating: [], count: max(classCount, 1))
    var generators = lists.indices.map { SeededGenerator(seed: 1234, stream: UInt64($0)) }
    // Knuth's selection sampling (algorithm S): in order, each voxel with the chance that is left.
    var left = counts
    for (place, label) in labels.enumerated() where label > 0 && Int(label) < lists.count {
      let number = Int(label)
      let wanted = min(limit, counts[number]) - lists[number].count
      let isTaken =
        counts[number] <= limit || generators[number].index(below: left[number]) < wanted
      if isTaken { lists[number].append(Int32(truncatingIfNeeded: place)) }
      left[number] -= 1
    }
    return lists
  }
}
