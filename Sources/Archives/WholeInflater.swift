internal import CDeflate
package import Foundation

/// Inflates gzip and zlib streams whole into one buffer that is used again: for the many small files
/// of masks, whose long runs of zeros libdeflate inflates several times faster than zlib.
///
/// It only ever speeds up ``GzipFile``: a stream that is damaged, cut short or larger than announced
/// gives `nil`, and whoever asked reads it as a ``GzipFile``, which says what is wrong.
package struct WholeInflater: ~Copyable {
  /// The largest stream that is inflated whole, in bytes: masks of 600 slices of 512 by 512.
  package static let largest = 160 << 20

  private let decompressor: OpaquePointer?
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// An inflater without a buffer yet.
  package init() { decompressor = libdeflate_alloc_decompressor() }

  deinit {
    libdeflate_free_decompressor(decompressor)
    room.deallocate()
  }

  /// Inflates the stream that begins at `offset` of a file, at most `limit` bytes of it.
  ///
  /// The buffer has no more than `limit` bytes, nor more than the compressed bytes could give, and
  /// the system hands out its pages only as the stream fills them.
  /// - Returns: The inflated bytes, valid until the next call; `nil` where they are not `limit` bytes
  ///   or fewer of a sound stream.
  package mutating func inflate(
    fileAt url: URL,
    from offset: Int,
    limit: Int
  ) throws(GzipError) -> UnsafeRawBufferPointer? {
    guard let decompressor, (1...Self.largest).contains(limit) else { return nil }
    var input = try GzipInput(at: url, from: offset)
    let held = input.size - offset
    guard (1...Self.largest).contains(held) else { return nil }
    let compressed = UnsafeMutableRawBufferPointer.allocate(byteCount: held, alignment: 16)
    defer { compressed.deallocate() }
    let count = try input.read(into: compressed)
    makeRoom(min(limit, held * GzipFile.largestRatio))
    return members(UnsafeRawBufferPointer(rebasing: compressed[..<count]), decompressor)
  }

  /// Inflates one gzip member after the other, or one zlib stream; other bytes after it are padding.
  private func members(
    _ compressed: UnsafeRawBufferPointer,
    _ decompressor: OpaquePointer
  ) -> UnsafeRawBufferPointer? {
    var used = 0
    var filled = 0
    let isGzip = compressed.first == 0x1F
    repeat {
      var consumed = 0
      var produced = 0
      let inflate = isGzip ? libdeflate_gzip_decompress_ex : libdeflate_zlib_decompress_ex
      let result = inflate(
        decompressor,
        compressed.baseAddress.map { $0 + used },
        compressed.count - used,
        room.baseAddress.map { $0 + filled },
        room.count - filled,
        &consumed,
        &produced
      )
      guard result == LIBDEFLATE_SUCCESS, consumed > 0 else { return nil }
      used += consumed
      filled += produced
    } while isGzip && used < compressed.count && compressed[used] == 0x1F
    return UnsafeRawBufferPointer(rebasing: room[..<filled])
  }

  private mutating func makeRoom(_ count: Int) {
    guard room.count < count else { return }
    room.deallocate()
    room = .allocate(byteCount: count, alignment: 64)
  }
}
