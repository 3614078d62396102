internal import CZlib
internal import Foundation

/// Inflates a raw deflate stream, handing on pieces of at most 256 KiB.
///
/// - Throws: ``ArchiveError/damaged(entry:)`` where the stream is damaged, cut short, or followed by
///   more bytes; whatever `sink` throws.
func inflateRaw(
  _ compressed: Data,
  entry: String,
  to sink: (Data) throws(ArchiveError) -> Void
) throws(ArchiveError) {
  var stream = z_stream()
  // Negative window bits: no zlib or gzip header, as zip stores it.
  let version = ZLIB_VERSION
  guard inflateInit2_(&stream, -MAX_WBITS, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { throw .damaged(entry: entry) }
  defer { inflateEnd(&stream) }

  var output = Data(count: 256 << 10)
  var position = 0
  var status = Z_OK
  while status != Z_STREAM_END {
    // zlib counts in 32 bits, so a large entry goes in by pieces.
    let piece = min(compressed.count - position, 16 << 20)
    let start = compressed.startIndex + position
    var consumed = 0
    var produced = 0
    status = compressed[start..<start + piece].withUnsafeBytes { input in
      output.withUnsafeMutableBytes { out in
        stream.next_in = UnsafeMutablePointer(
          mutating: input.bindMemory(to: UInt8.self).baseAddress
        )
        stream.avail_in = UInt32(piece)
        stream.next_out = out.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(out.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        consumed = piece - Int(stream.avail_in)
        produced = out.count - Int(stream.avail_out)
        return status
      }
    }
    position += consumed
    guard status == Z_OK || status == Z_STREAM_END,
      consumed + produced > 0 || status == Z_STREAM_END
    else { throw .damaged(entry: entry) }
    if produced > 0 { try sink(output.prefix(produced)) }
  }
  guard position == compressed.count else { throw .damaged(entry: entry) }
}
