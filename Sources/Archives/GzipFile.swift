internal import CZlib
package import Foundation

/// A gzip or zlib stream in a file, inflated from front to back a piece at a time.
///
/// Never holds more than one piece of the file, whatever sizes the stream declares. Streams of
/// several gzip members are read as one, as `gzip -d` does.
package struct GzipFile: ~Copyable {
  private var input: GzipInput
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutableRawBufferPointer
  private var isFinished = false
  private var isAtMemberStart = true

  /// No deflate stream is longer than this many times its compressed size (zlib's documentation).
  package static let largestRatio = 1032

  /// Opens the stream that begins at `offset`.
  package init(at url: URL, from offset: Int = 0) throws(GzipError) {
    input = try GzipInput(at: url, from: offset)
    // inflate keeps the address of its state, so the state may not move with this value.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    chunk = .allocate(byteCount: 1 << 16, alignment: 16)
    // 15 bits of window, and 32 to tell gzip from zlib by the header.
    let status = inflateInit2_(stream, 47, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib starts with the version it was compiled for")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    chunk.deallocate()
  }

  /// Fills the buffer with inflated bytes; fewer than its size come only at the stream's end.
  /// - Returns: the number of bytes.
  package mutating func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(GzipError) -> Int {
    var filled = 0
    while filled < buffer.count && !isFinished {
      if stream.pointee.avail_in == 0 { try refill() }
      if isFinished { break }
      let room = min(buffer.count - filled, Int(UInt32.max))
      stream.pointee.next_out = buffer.baseAddress.map {
        ($0 + filled).assumingMemoryBound(to: Bytef.self)
      }
      stream.pointee.avail_out = UInt32(room)
      let status = inflate(stream, Z_NO_FLUSH)
      filled += room - Int(stream.pointee.avail_out)
      switch status {
      case Z_OK: isAtMemberStart = false
      case Z_BUF_ERROR where stream.pointee.avail_in == 0: continue
      case Z_STREAM_END: try startNextMember()
      default: throw .damaged(offset: offset)
      }
    }
    return filled
  }

  /// Inflates and discards up to `limit` bytes.
  /// - Returns: how many bytes there were, at most `limit`.
  package mutating func skip(_ limit: Int) throws(GzipError) -> Int {
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { scratch.deallocate() }
    var skipped = 0
    while skipped < limit {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: scratch[..<min(scratch.count, limit - skipped)]
      )
      let count = try read(into: piece)
      skipped += count
      if count < piece.count { break }
    }
    return skipped
  }

  /// How many compressed bytes have been used, from the file's start.
  private var offset: Int { input.position - Int(stream.pointee.avail_in) }

  private mutating func refill() throws(GzipError) {
    let count = try input.read(into: chunk)
    guard count > 0 else {
      guard isAtMemberStart else { throw .truncated(offset: input.position) }
      isFinished = true
      return
    }
    stream.pointee.next_in = chunk.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = UInt32(count)
  }

  /// Goes on with another gzip member where one follows; other bytes after a stream are padding.
  private mutating func startNextMember() throws(GzipError) {
    isAtMemberStart = true
    if stream.pointee.avail_in == 0 { try refill() }
    guard !isFinished, let next = stream.pointee.next_in, next.pointee == 0x1F else {
      isFinished = true
      return
    }
    inflateReset(stream)
  }
}
