import Archives
public import Foundation

/// A prepared case, its tensors mapped into memory: read when they are touched, shared by all
/// processes that train on it, unmapped with the value.
public final class PreparedCaseFile: Sendable {
  /// What the case is.
  public let record: PreparedCaseRecord
  /// The axis of the array that runs between the patient's sides.
  let sideAxis: Int?
  private let layout: PreparedCaseLayout
  private let url: URL
  /// Written by nobody once it is mapped.
  private nonisolated(unsafe) let base: UnsafeRawPointer

  /// Opens a case of a folder.
  /// - Throws: ``PreparedCaseError`` where it is not there, or not as its description says; the
  ///   content is compared by ``verify()``.
  public init(_ name: String, in folder: URL) throws(PreparedCaseError) {
    record = try Self.record(of: name, in: folder)
    sideAxis = try record.sideAxis()
    layout = try record.layout()
    url = Self.tensors(of: name, in: folder)
    func unreadable() -> PreparedCaseError {
      .unreadable(case: name, reason: String(cString: strerror(errno)))
    }
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw errno == ENOENT ? .missing(case: name) : unreadable() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable() }
    guard Int(status.st_size) == layout.byteCount, record.byteCount == layout.byteCount else {
      throw .damaged(
        case: name,
        reason: "\(status.st_size) bytes, \(layout.byteCount) are expected"
      )
    }
    guard let mapped = mmap(nil, layout.byteCount, PROT_READ, MAP_SHARED, descriptor, 0),
      mapped != MAP_FAILED
    else { throw unreadable() }
    base = UnsafeRawPointer(mapped)
    guard
      layout.header.elementsEqual(UnsafeRawBufferPointer(start: base, count: layout.header.count))
    else {
      throw .damaged(case: name, reason: "its header is not the one that belongs to it")
    }
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), layout.byteCount) }

  /// Compares the content with its checksum.
  /// - Throws: ``PreparedCaseError/damaged(case:reason:)``.
  public func verify() throws(PreparedCaseError) {
    guard (try? SHA256.hexDigest(ofFile: url)) == record.sha256 else {
      throw .damaged(case: record.name, reason: "its checksum is another")
    }
  }

  /// Calls `body` with the voxels; the pointers must not outlive the call.
  func withArrays<Result>(_ body: (CaseArrays) -> Result) -> Result {
    withExtendedLifetime(self) {
      body(
        CaseArrays(
          channelCount: record.channelCount,
          size: record.size,
          image: (base + layout.image.lowerBound).assumingMemoryBound(to: Float.self),
          labels: (base + layout.labels.lowerBound).assumingMemoryBound(to: UInt8.self)
        )
      )
    }
  }

  /// The image, `[C, D, H, W]`, copied.
  public var image: [Float] {
    withArrays { Array(UnsafeBufferPointer(start: $0.image, count: $0.channelCount * $0.count)) }
  }

  /// The class of each voxel, `[D, H, W]`, copied; ``outsideClass`` where the scan has nothing.
  public var labels: [UInt8] {
    withArrays { Array(UnsafeBufferPointer(start: $0.labels, count: $0.count)) }
  }

  /// The listed voxels of a class, `[d, h, w]` each.
  public func locations(of label: Int) -> [[Int]] {
    guard record.locationCounts.indices.contains(label) else { return [] }
    return (0..<record.locationCounts[label]).map { location($0, of: label) }
  }

  /// One of the listed voxels of a class.
  func location(_ number: Int, of label: Int) -> [Int] {
    let offset = record.locationCounts[..<label].reduce(0, +) + number
    let place = Int(
      (base + layout.locations.lowerBound).load(fromByteOffset: 4 * offset, as: Int32.self)
    )
    let (height, width) = (record.size[1], record.size[2])
    return [place / (height * width), place / width % height, place % width]
  }

  static func tensors(of name: String, in folder: URL) -> URL {
    folder.appending(path: "\(name).safetensors")
  }

  static func description(of name: String, in folder: URL) -> URL {
    folder.appending(path: "\(name).json")
  }

  /// Reads the description of a case.
  static func record(of name: String, in folder: URL) throws(PreparedCaseError)
    -> PreparedCaseRecord
  {
    guard isFileName(name) else { throw .impossibleName(name) }
    guard let data = try? Data(contentsOf: description(of: name, in: folder)) else {
      throw .missing(case: name)
    }
    guard let record = try? JSONDecoder().decode(PreparedCaseRecord.self, from: data),
      record.name == name
    else { throw .damaged(case: name, reason: "its description cannot be read") }
    guard record.formatVersion == PreparedCaseRecord.currentVersion else {
      throw .stale(case: name)
    }
    return record
  }

  /// Whether a name can be a file's in the folder and nowhere else.
  static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".") && !name.contains("/")
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}
