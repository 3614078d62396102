internal import Foundation

/// Bytes that are read from front to back.
protocol ByteSource: ~Copyable {
  /// Fills the buffer; fewer bytes than its size come only at the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(GzipError) -> Int
}

extension GzipFile: ByteSource {}
extension GzipInput: ByteSource {}

/// The files of a tar archive in their order: ustar and its forerunner; what GNU's and pax's
/// extensions say of names is passed over.
/// - SeeAlso: POSIX.1-1988, 10.1.1 (ustar).
struct TarReader<Source: ByteSource & ~Copyable>: ~Copyable {
  private var source: Source
  /// How much of the present file, with its padding, was not read yet.
  private var left = 0
  private var padding = 0

  /// A file in the archive.
  struct Entry {
    /// Its path.
    var name: String
    /// Its size in bytes, as declared.
    var size: Int
    /// Whether it is a file, not a folder, link, device or a remark on the next one.
    var isFile: Bool
  }

  /// The archive's name, for messages.
  private let name: String

  init(_ source: consuming Source, name: String) {
    self.source = source
    self.name = name
  }

  /// Goes to the next entry; `nil` at the archive's end.
  mutating func next() throws(UnpackingError) -> Entry? {
    try skip(left + padding)
    var header = [UInt8](repeating: 0, count: 512)
    let count = try fill(&header, 512)
    if count == 0 || (count == 512 && header.allSatisfy { $0 == 0 }) { return nil }
    guard count == 512 else { throw .truncated(file: name) }
    guard let sum = Self.number(header[148..<156]), sum == Self.checksum(header) else {
      throw .damaged(file: name)
    }
    guard let size = Self.number(header[124..<136]), size < 1 << 48 else {
      throw .damaged(file: name)
    }
    left = size
    padding = (512 - size % 512) % 512
    let path = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
    return Entry(name: path, size: size, isFile: [0, 0x30].contains(header[156]))
  }

  /// Reads on in the present entry.
  /// - Returns: At most `limit` bytes, none at its end.
  mutating func read(limit: Int) throws(UnpackingError) -> Data {
    var piece = [UInt8](repeating: 0, count: min(limit, left))
    guard try fill(&piece, piece.count) == piece.count else { throw .truncated(file: name) }
    left -= piece.count
    return Data(piece)
  }

  private mutating func skip(_ count: Int) throws(UnpackingError) {
    var rest = count
    var piece = [UInt8](repeating: 0, count: min(rest, 1 << 16))
    while rest > 0 {
      let part = min(rest, piece.count)
      guard try fill(&piece, part) == part else { throw .truncated(file: name) }
      rest -= part
    }
    left = 0
    padding = 0
  }

  private mutating func fill(_ bytes: inout [UInt8], _ count: Int) throws(UnpackingError) -> Int {
    do {
      return try bytes.withUnsafeMutableBytes { buffer throws(GzipError) in
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      }
    } catch {
      throw .unreadable(file: name, reason: "\(error)")
    }
  }

  /// Octal digits, or, with the first bit set, a number of big-endian bytes.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first == 0x80 {
      guard field.dropLast(6).dropFirst().allSatisfy({ $0 == 0 }) else { return nil }
      return field.suffix(6).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    guard digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
  }

  /// The sum of a header's bytes, its checksum taken as spaces.
  private static func checksum(_ header: [UInt8]) -> Int {
    header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int(header[$1])) }
  }
}
