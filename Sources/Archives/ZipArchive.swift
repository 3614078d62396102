internal import CZlib
public import Foundation

/// A zip archive's entries, stored or deflated, zip64 included.
///
/// Everything the archive declares is checked before it is used: offsets and lengths against the
/// file, local headers against the central directory, sizes against what deflate can hold, contents
/// against their checksums. Duplicate names, overlapping entries and names that lead out of the
/// archive's folder are refused.
/// - SeeAlso: PKWARE, *APPNOTE.TXT — .ZIP File Format Specification* 6.3.10.
public struct ZipArchive: Sendable {
  /// One file in the archive.
  public struct Entry: Hashable, Sendable {
    /// The path, separated by `/`.
    public let name: String
    /// The size in bytes.
    public let size: UInt64
    /// The size in bytes as it lies in the archive.
    public let compressedSize: UInt64
    /// Whether the bytes are deflated; otherwise they are stored as they are.
    public let isDeflated: Bool
    /// The declared CRC-32.
    public let checksum: UInt32
    /// Where the header of its own begins.
    let headerOffset: UInt64
  }

  /// The files, in the order of the central directory; folders are left out.
  public let entries: [Entry]
  /// The name for messages.
  public let name: String
  private let bytes: LittleEndianBytes
  private let index: [String: Int]
  private let dataOffsets: [Int]

  /// The archive in a file, which is mapped into memory rather than read.
  public init(contentsOf url: URL) throws(ArchiveError) {
    try self.init(data: mappedContents(of: url), name: url.lastPathComponent)
  }

  /// The archive in these bytes: an archive inside another is read without copying it.
  /// - Parameters:
  ///   - data: the whole archive.
  ///   - name: what messages call it.
  /// - Throws: ``ArchiveError`` where the directory or a local header is damaged.
  public init(data: Data, name: String) throws(ArchiveError) {
    let directory = try ZipDirectory(data: data, name: name)
    self.name = name
    bytes = LittleEndianBytes(data: data)
    entries = directory.entries
    dataOffsets = directory.dataOffsets
    index = directory.index
  }

  /// The entry with this path, or `nil`.
  public func entry(named path: String) -> Entry? { index[path].map { entries[$0] } }

  /// An entry's bytes: a slice of the archive's own where it is stored, inflated where it is deflated.
  /// - Parameters:
  ///   - path: the entry's name.
  ///   - limit: the most bytes the caller wants to hold.
  /// - Returns: the bytes, their checksum checked.
  /// - Throws: ``ArchiveError`` where the entry is missing, larger than `limit`, or damaged.
  public func contents(of path: String, limit: UInt64 = .max) throws(ArchiveError) -> Data {
    let (entry, raw) = try located(path)
    guard entry.size <= limit else {
      throw .tooLarge(entry: path, size: entry.size, limit: limit)
    }
    guard entry.isDeflated else {
      try check(checksum: raw.crc32(), of: entry)
      return raw
    }
    var contents = Data()
    try inflate(raw, of: entry) { chunk throws(ArchiveError) in contents.append(chunk) }
    return contents
  }

  /// Writes an entry's bytes to a file, a piece at a time.
  public func extract(_ path: String, to url: URL) throws(ArchiveError) {
    let (entry, raw) = try located(path)
    let file = url.lastPathComponent
    guard FileManager.default.createFile(atPath: url.path, contents: nil),
      let handle = try? FileHandle(forWritingTo: url)
    else { throw .unwritable(file: file, reason: "the file could not be created") }
    defer { try? handle.close() }
    func write(_ chunk: Data) throws(ArchiveError) {
      do { try handle.write(contentsOf: chunk) } catch {
        throw .unwritable(file: file, reason: error.localizedDescription)
      }
    }
    guard entry.isDeflated else {
      try check(checksum: raw.crc32(), of: entry)
      return try write(raw)
    }
    try inflate(raw, of: entry, to: write)
  }

  /// The archive as a slice of its bytes where the entry is stored, for reading it in place.
  /// - Returns: `nil` where the entry is deflated. The checksum is left to what reads the slice.
  public func storedSlice(of path: String) throws(ArchiveError) -> Data? {
    let (entry, raw) = try located(path)
    return entry.isDeflated ? nil : raw
  }

  private func located(_ path: String) throws(ArchiveError) -> (Entry, Data) {
    guard let position = index[path] else { throw .missingEntry(file: name, entry: path) }
    let entry = entries[position]
    guard let size = Int(exactly: entry.compressedSize),
      let raw = bytes.slice(at: dataOffsets[position], count: size)
    else { throw .malformed(file: name, what: "entry “\(path)” lies outside the file") }
    return (entry, raw)
  }

  private func inflate(
    _ raw: Data,
    of entry: Entry,
    to sink: (Data) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    var checksum: UInt32 = 0
    var size: UInt64 = 0
    try inflateRaw(raw, entry: entry.name) { chunk throws(ArchiveError) in
      size += UInt64(chunk.count)
      // A deflated entry never yields more than it declared.
      guard size <= entry.size else {
        throw .wrongSize(entry: entry.name, expected: entry.size, found: size)
      }
      checksum = chunk.crc32(continuing: checksum)
      try sink(chunk)
    }
    guard size == entry.size else {
      throw .wrongSize(entry: entry.name, expected: entry.size, found: size)
    }
    try check(checksum: checksum, of: entry)
  }

  private func check(checksum: UInt32, of entry: Entry) throws(ArchiveError) {
    guard checksum == entry.checksum else {
      throw .wrongChecksum(entry: entry.name, expected: entry.checksum, found: checksum)
    }
  }
}

extension Data {
  /// The CRC-32 of the bytes, after others with checksum `seed`.
  func crc32(continuing seed: UInt32 = 0) -> UInt32 {
    withUnsafeBytes { buffer in
      // `crc32_z(seed, NULL, 0)` returns the initial value instead of the seed.
      guard let start = buffer.bindMemory(to: UInt8.self).baseAddress else { return seed }
      return UInt32(truncatingIfNeeded: crc32_z(UInt(seed), start, buffer.count))
    }
  }
}

/// A file's bytes, mapped into memory.
package func mappedContents(of url: URL) throws(ArchiveError) -> Data {
  do { return try Data(contentsOf: url, options: .alwaysMapped) } catch {
    throw .unreadable(file: url.lastPathComponent, reason: error.localizedDescription)
  }
}
