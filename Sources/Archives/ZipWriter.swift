public import Foundation

/// Writes a zip archive of stored entries to a file, one entry after the other.
///
/// Each entry's bytes can begin at a multiple of some number, so that a reader may map them: the
/// local header is padded as PyTorch pads its own, by an extra field `FB`.
/// - SeeAlso: PKWARE, *APPNOTE.TXT — .ZIP File Format Specification* 6.3.10.
public struct ZipWriter: ~Copyable {
  private let handle: FileHandle
  private let name: String
  private let alignment: Int
  private var directory = Data()
  private var offset = 0
  private var entryCount = 0

  /// Starts an archive; a file that is there is replaced.
  /// - Parameters:
  ///   - url: the file.
  ///   - alignment: the number that the place of each entry's bytes is a multiple of.
  /// - Precondition: `alignment` is from 1 to 4096.
  /// - Throws: ``ArchiveError`` where the file cannot be made.
  public init(to url: URL, alignment: Int = 1) throws(ArchiveError) {
    precondition((1...4096).contains(alignment))
    name = url.lastPathComponent
    self.alignment = alignment
    guard FileManager.default.createFile(atPath: url.path, contents: nil),
      let handle = try? FileHandle(forWritingTo: url)
    else { throw .unwritable(file: name, reason: "the file could not be created") }
    self.handle = handle
  }

  /// Appends an entry.
  /// - Parameters:
  ///   - path: its name; ASCII, each name once.
  ///   - contents: its bytes.
  /// - Throws: ``ArchiveError`` where the file cannot be written, or would grow beyond the 4 GiB and
  ///   65,534 entries of a plain zip archive.
  public mutating func append(_ path: String, _ contents: Data) throws(ArchiveError) {
    let text = Array(path.utf8)
    let begin = offset + 30 + text.count + 4
    let padding = (alignment - begin % alignment) % alignment
    let end = begin + padding + contents.count
    guard end + directory.count + 46 + text.count + 22 < Int(UInt32.max), entryCount < 65_534,
      text.count <= 4096
    else {
      throw .unwritable(file: name, reason: "a zip archive holds at most 4 GiB in 65,534 entries")
    }
    var common = Data()
    common.append(number: UInt16(20))  // needs version 2.0
    common.append(number: UInt16(0))  // no flags: sizes stand here, names are ASCII
    common.append(number: UInt16(0))  // stored
    common.append(number: UInt16(0))  // midnight
    common.append(number: UInt16(0x0021))  // 1 January 1980, so that equal contents are equal files
    common.append(number: contents.crc32())
    common.append(number: UInt32(contents.count))
    common.append(number: UInt32(contents.count))
    common.append(number: UInt16(text.count))

    var header = Data()
    header.append(number: UInt32(0x0403_4B50))
    header += common
    header.append(number: UInt16(4 + padding))
    header += text
    header += Array("FB".utf8)
    header.append(number: UInt16(padding))
    header += Data(repeating: UInt8(ascii: "Z"), count: padding)

    directory.append(number: UInt32(0x0201_4B50))
    directory.append(number: UInt16(20))  // made by version 2.0
    directory += common
    directory += Data(count: 12)  // no extra field, comment, disk or attributes
    directory.append(number: UInt32(offset))
    directory += text

    try write(header)
    try write(contents)
    offset = end
    entryCount += 1
  }

  /// Writes the directory and closes the file.
  public consuming func finish() throws(ArchiveError) {
    var end = directory
    end.append(number: UInt32(0x0605_4B50))
    end += Data(count: 4)  // one disk
    end.append(number: UInt16(entryCount))
    end.append(number: UInt16(entryCount))
    end.append(number: UInt32(directory.count))
    end.append(number: UInt32(offset))
    end.append(number: UInt16(0))
    try write(end)
    do { try handle.close() } catch {
      throw .unwritable(file: name, reason: error.localizedDescription)
    }
  }

  private func write(_ bytes: Data) throws(ArchiveError) {
    do { try handle.write(contentsOf: bytes) } catch {
      throw .unwritable(file: name, reason: error.localizedDescription)
    }
  }
}

extension Data {
  fileprivate mutating func append(number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
