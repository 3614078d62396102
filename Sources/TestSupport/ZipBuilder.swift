public import Foundation

/// Builds zip archives for tests, also ones that lie.
public struct ZipBuilder {
  /// One file, with what the archive will say of it.
  public struct Entry {
    /// The path.
    public var name: String
    /// The bytes as they lie in the archive.
    public var raw: Data
    /// The size the archive declares.
    public var size: Int
    /// The checksum the archive declares.
    public var checksum: UInt32
    /// 0 for stored, 8 for deflated.
    public var method: UInt16
    /// The general-purpose flags; 1 says encrypted.
    public var flags: UInt16 = 0
    /// Where the directory says the entry begins; `nil` for where it does.
    public var offset: Int?

    /// A stored file.
    public static func stored(_ name: String, _ contents: Data) -> Entry {
      Entry(
        name: name,
        raw: contents,
        size: contents.count,
        checksum: ZipBuilder.crc32(contents),
        method: 0
      )
    }

    /// A deflated file, in deflate's blocks for incompressible bytes.
    public static func deflated(_ name: String, _ contents: Data) -> Entry {
      var entry = stored(name, contents)
      entry.method = 8
      entry.raw = Data()
      var rest = contents
      repeat {
        let block = rest.prefix(65_535)
        rest = rest.dropFirst(block.count)
        entry.raw.append(rest.isEmpty ? 1 : 0)
        entry.raw.append(littleEndian: UInt16(block.count))
        entry.raw.append(littleEndian: ~UInt16(block.count))
        entry.raw.append(block)
      } while !rest.isEmpty
      return entry
    }
  }

  /// The files.
  public var entries: [Entry]
  /// Whether sizes and offsets are written as zip64.
  public var isZip64 = false

  /// A builder of these files.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// The archive.
  public var data: Data {
    var archive = Data()
    var directory = Data()
    for entry in entries {
      let offset = archive.count
      archive.append(littleEndian: UInt32(0x0403_4B50))
      archive.append(header(of: entry, extra: 0))
      archive.append(contentsOf: entry.name.utf8)
      archive.append(entry.raw)
      directory.append(littleEndian: UInt32(0x0201_4B50))
      directory.append(littleEndian: UInt16(45))
      directory.append(header(of: entry, extra: isZip64 ? 28 : 0))
      directory.append(Data(count: 10))
      let place = entry.offset ?? offset
      directory.append(littleEndian: isZip64 ? .max : UInt32(place))
      directory.append(contentsOf: entry.name.utf8)
      if isZip64 {
        directory.append(littleEndian: UInt16(1))
        directory.append(littleEndian: UInt16(24))
        for number in [entry.size, entry.raw.count, place] {
          directory.append(littleEndian: UInt64(number))
        }
      }
    }
    let start = archive.count
    archive.append(directory)
    if isZip64 { archive.append(zip64End(directory: directory.count, at: start)) }
    archive.append(littleEndian: UInt32(0x0605_4B50))
    archive.append(Data(count: 4))
    for _ in 0..<2 { archive.append(littleEndian: isZip64 ? .max : UInt16(entries.count)) }
    archive.append(littleEndian: isZip64 ? .max : UInt32(directory.count))
    archive.append(littleEndian: isZip64 ? .max : UInt32(start))
    archive.append(littleEndian: UInt16(0))
    return archive
  }

  /// The CRC-32 of bytes.
  public static func crc32(_ data: Data) -> UInt32 {
    ~data.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  /// What a local header and a directory's entry have in common.
  private func header(of entry: Entry, extra: UInt16) -> Data {
    var header = Data()
    header.append(littleEndian: UInt16(45))
    header.append(littleEndian: entry.flags)
    header.append(littleEndian: entry.method)
    header.append(Data(count: 4))
    header.append(littleEndian: entry.checksum)
    header.append(littleEndian: isZip64 ? .max : UInt32(entry.raw.count))
    header.append(littleEndian: isZip64 ? .max : UInt32(entry.size))
    header.append(littleEndian: UInt16(entry.name.utf8.count))
    header.append(littleEndian: extra)
    return header
  }

  private func zip64End(directory: Int, at start: Int) -> Data {
    var end = Data()
    end.append(littleEndian: UInt32(0x0606_4B50))
    end.append(littleEndian: UInt64(44))
    end.append(Data([45, 0, 45, 0]) + Data(count: 8))
    for number in [entries.count, entries.count, directory, start] {
      end.append(littleEndian: UInt64(number))
    }
    end.append(littleEndian: UInt32(0x0706_4B50))
    end.append(Data(count: 4))
    end.append(littleEndian: UInt64(start + directory))
    end.append(littleEndian: UInt32(1))
    return end
  }
}

extension Data {
  /// Appends a whole number, the lowest byte first.
  public mutating func append(littleEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
