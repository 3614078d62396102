internal import Foundation

/// A zip archive's central directory, read and checked against the local headers.
struct ZipDirectory {
  private(set) var entries: [ZipArchive.Entry] = []
  /// Where each entry's bytes begin.
  private(set) var dataOffsets: [Int] = []
  private(set) var index: [String: Int] = [:]

  private let bytes: LittleEndianBytes
  private let name: String

  init(data: Data, name: String) throws(ArchiveError) {
    bytes = LittleEndianBytes(data: data)
    self.name = name
    let end = try endRecord()
    try readEntries(end)
    try locateData(before: end.offset)
  }

  /// What the end-of-central-directory record says.
  private struct End {
    var entryCount: UInt64
    var size: Int
    var offset: Int
  }

  private func endRecord() throws(ArchiveError) -> End {
    // The record is 22 bytes and ends with a comment of at most 65,535.
    var offset = bytes.count - 22
    let lowest = max(0, bytes.count - 22 - 65_535)
    while offset >= lowest {
      if bytes.uint32(at: offset) == 0x0605_4B50,
        let comment = bytes.uint16(at: offset + 20), offset + 22 + Int(comment) == bytes.count
      {
        return try endRecord(at: offset)
      }
      offset -= 1
    }
    throw .notAnArchive(file: name)
  }

  private func endRecord(at offset: Int) throws(ArchiveError) -> End {
    guard let disk = bytes.uint16(at: offset + 4), let directoryDisk = bytes.uint16(at: offset + 6),
      let countHere = bytes.uint16(at: offset + 8), let count = bytes.uint16(at: offset + 10),
      let size = bytes.uint32(at: offset + 12), let start = bytes.uint32(at: offset + 16)
    else { throw .notAnArchive(file: name) }
    if let wide = try zip64EndRecord(before: offset) { return wide }
    guard disk == 0, directoryDisk == 0, countHere == count else {
      throw .unsupported(file: name, what: "several disks")
    }
    return try checked(UInt64(count), size: UInt64(size), offset: UInt64(start), limit: offset)
  }

  private func zip64EndRecord(before offset: Int) throws(ArchiveError) -> End? {
    guard offset >= 20, bytes.uint32(at: offset - 20) == 0x0706_4B50 else { return nil }
    guard let position = bytes.uint64(at: offset - 12).flatMap({ Int(exactly: $0) }),
      position <= offset - 20 - 56, bytes.uint32(at: position) == 0x0606_4B50,
      let disk = bytes.uint32(at: position + 16),
      let directoryDisk = bytes.uint32(at: position + 20),
      let countHere = bytes.uint64(at: position + 24), let count = bytes.uint64(at: position + 32),
      let size = bytes.uint64(at: position + 40), let start = bytes.uint64(at: position + 48)
    else { throw .malformed(file: name, what: "its zip64 end record lies outside the file") }
    guard disk == 0, directoryDisk == 0, countHere == count else {
      throw .unsupported(file: name, what: "several disks")
    }
    return try checked(count, size: size, offset: start, limit: position)
  }

  private func checked(
    _ count: UInt64,
    size: UInt64,
    offset: UInt64,
    limit: Int
  ) throws(ArchiveError) -> End {
    guard let offset = Int(exactly: offset), let size = Int(exactly: size), offset <= limit,
      size <= limit - offset
    else { throw .malformed(file: name, what: "its central directory lies outside the file") }
    // An entry of the directory takes 46 bytes at least.
    guard count <= UInt64(size / 46) else {
      throw .malformed(
        file: name,
        what: "\(count) entries do not fit in \(size) bytes of directory"
      )
    }
    return End(entryCount: count, size: size, offset: offset)
  }

  private mutating func readEntries(_ end: End) throws(ArchiveError) {
    var position = end.offset
    let limit = end.offset + end.size
    for _ in 0..<end.entryCount {
      guard limit - position >= 46, bytes.uint32(at: position) == 0x0201_4B50,
        let flags = bytes.uint16(at: position + 8), let method = bytes.uint16(at: position + 10),
        let checksum = bytes.uint32(at: position + 16),
        let compressed = bytes.uint32(at: position + 20),
        let size = bytes.uint32(at: position + 24),
        let nameLength = bytes.uint16(at: position + 28).map({ Int($0) }),
        let extraLength = bytes.uint16(at: position + 30).map({ Int($0) }),
        let commentLength = bytes.uint16(at: position + 32).map({ Int($0) }),
        let header = bytes.uint32(at: position + 42),
        nameLength + extraLength + commentLength <= limit - position - 46,
        let nameBytes = bytes.slice(at: position + 46, count: nameLength),
        let extra = bytes.slice(at: position + 46 + nameLength, count: extraLength)
      else { throw .malformed(file: name, what: "its central directory is cut short") }
      position += 46 + nameLength + extraLength + commentLength
      guard let entryName = String(data: nameBytes, encoding: .utf8) else {
        throw .malformed(file: name, what: "an entry's name is not UTF-8")
      }
      var wide = Zip64Extra(size: size, compressed: compressed, header: header)
      guard wide.read(LittleEndianBytes(data: extra)) else {
        throw .malformed(file: name, what: "entry “\(entryName)” has a damaged zip64 field")
      }
      try append(entryName, flags: flags, method: method, checksum: checksum, sizes: wide)
    }
  }

  private mutating func append(
    _ entryName: String,
    flags: UInt16,
    method: UInt16,
    checksum: UInt32,
    sizes: Zip64Extra
  ) throws(ArchiveError) {
    guard flags & 1 == 0 else { throw .unsupported(file: name, what: "encryption") }
    guard method == 0 || method == 8 else {
      throw .unsupported(file: name, what: "compression method \(method)")
    }
    guard isSafe(entryName) else { throw .unsafeName(file: name, entry: entryName) }
    if entryName.hasSuffix("/") { return }
    guard index[entryName] == nil else { throw .duplicateEntry(file: name, entry: entryName) }
    if method == 0, sizes.size != sizes.compressed {
      throw .wrongSize(entry: entryName, expected: sizes.size, found: sizes.compressed)
    }
    if method == 8, sizes.size / 1032 > sizes.compressed {
      throw .impossibleRatio(entry: entryName, size: sizes.size, compressed: sizes.compressed)
    }
    index[entryName] = entries.count
    entries.append(
      ZipArchive.Entry(
        name: entryName,
        size: sizes.size,
        compressedSize: sizes.compressed,
        isDeflated: method == 8,
        checksum: checksum,
        headerOffset: sizes.header
      )
    )
  }

  private func isSafe(_ entryName: String) -> Bool {
    let characters = entryName.utf8
    guard let first = characters.first, first != UInt8(ascii: "/"),
      !characters.contains(UInt8(ascii: "\\")), !characters.contains(0)
    else { return false }
    return !entryName.split(separator: "/").contains("..")
  }

  /// Finds each entry's bytes behind its local header, all before `limit` and none over another.
  private mutating func locateData(before limit: Int) throws(ArchiveError) {
    var spans: [Range<Int>] = []
    for entry in entries {
      guard let header = Int(exactly: entry.headerOffset), header <= limit,
        let size = Int(exactly: entry.compressedSize), bytes.uint32(at: header) == 0x0403_4B50,
        let method = bytes.uint16(at: header + 8), (method == 8) == entry.isDeflated,
        let nameLength = bytes.uint16(at: header + 26).map({ Int($0) }),
        let extraLength = bytes.uint16(at: header + 28).map({ Int($0) }),
        let localName = bytes.slice(at: header + 30, count: nameLength),
        localName.elementsEqual(entry.name.utf8)
      else {
        throw .malformed(file: name, what: "entry “\(entry.name)” has no header of its own")
      }
      let start = header + 30 + nameLength + extraLength
      guard start <= limit, size <= limit - start else {
        throw .malformed(file: name, what: "entry “\(entry.name)” lies outside the file")
      }
      dataOffsets.append(start)
      spans.append(header..<start + size)
    }
    spans.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(spans, spans.dropFirst()) where first.upperBound > second.lowerBound
    {
      throw .malformed(file: name, what: "two entries lie over each other")
    }
  }
}

/// Sizes and offset of an entry, taken from the zip64 extra field where 32 bits do not hold them.
private struct Zip64Extra {
  var size: UInt64
  var compressed: UInt64
  var header: UInt64

  init(size: UInt32, compressed: UInt32, header: UInt32) {
    self.size = UInt64(size)
    self.compressed = UInt64(compressed)
    self.header = UInt64(header)
  }

  /// Replaces what is marked by all ones.
  /// - Returns: `false` where the field is missing or too short.
  mutating func read(_ extra: LittleEndianBytes) -> Bool {
    let marker = UInt64(UInt32.max)
    guard size == marker || compressed == marker || header == marker else { return true }
    var position = 0
    while let kind = extra.uint16(at: position),
      let length = extra.uint16(at: position + 2).map({ Int($0) })
    {
      guard kind == 1 else {
        position += 4 + length
        continue
      }
      guard let field = extra.slice(at: position + 4, count: length) else { return false }
      let numbers = LittleEndianBytes(data: field)
      var offset = 0
      for key in [\Zip64Extra.size, \Zip64Extra.compressed, \Zip64Extra.header]
      where self[keyPath: key] == marker {
        guard let number = numbers.uint64(at: offset) else { return false }
        self[keyPath: key] = number
        offset += 8
      }
      return true
    }
    return false
  }
}
