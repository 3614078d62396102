internal import CITK
internal import Foundation

/// What a compressed stream itself says of the frame it holds.
struct CompressedFrame: Hashable {
  var columns: Int
  var rows: Int
  var components: Int
  var bits: Int

  /// Reads the frame header of a JPEG, JPEG-LS or JPEG 2000 stream.
  ///
  /// Codecs trust it more than DICOM's attributes, so both must say the same; and a stream without
  /// its end mark was cut off, which codecs pass over.
  /// - Returns: `nil` where the stream has no such header or does not end.
  init?(_ stream: [UInt8]) {
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, offset + count <= stream.count else { return nil }
      return stream[offset..<(offset + count)].reduce(0) { $0 << 8 | Int($1) }
    }
    // The last byte may be padding to an even length.
    let body = stream.reversed().drop { $0 == 0 }
    guard body.prefix(2).elementsEqual([0xD9, 0xFF]) else { return nil }
    if number(0, 4) == 0xFF4F_FF51 {
      // SIZ (ISO 15444-1, annex A.5.1): the image's extent less its offset.
      guard let right = number(8, 4), let bottom = number(12, 4), let left = number(16, 4),
        let top = number(20, 4), let count = number(40, 2), let depth = number(42, 1)
      else { return nil }
      (columns, rows, components, bits) = (right - left, bottom - top, count, depth & 0x7F + 1)
      return
    }
    guard number(0, 2) == 0xFFD8 else { return nil }
    var offset = 2
    while let marker = number(offset, 2), marker > 0xFF00, let length = number(offset + 2, 2) {
      // SOF0…SOF15 without the tables' markers, and JPEG-LS's SOF55 (ISO 10918-1, annex B.2.2).
      let isFrame =
        (0xFFC0...0xFFCF).contains(marker) && ![0xFFC4, 0xFFC8, 0xFFCC].contains(marker)
        || marker == 0xFFF7
      if isFrame {
        guard let depth = number(offset + 4, 1), let height = number(offset + 5, 2),
          let width = number(offset + 7, 2), let count = number(offset + 9, 1)
        else { return nil }
        (columns, rows, components, bits) = (width, height, count, depth)
        return
      }
      guard length >= 2 else { return nil }
      offset += 2 + length
    }
    return nil
  }
}

/// Decodes compressed frames of one size with GDCM, in a process of its own.
/// - Returns: the samples of all frames one after the other, in the machine's byte order.
func decodeFrames(
  _ frames: [[UInt8]],
  of slices: ArraySlice<DICOMSlice>
) throws(DICOMSeriesProblem) -> [UInt8] {
  guard let first = slices.first else { return [] }
  let frameSize = first.size.x * first.size.y * first.format.bitsAllocated / 8
  var failed = 0
  var message = citk_message()
  var status = CITK_FAILED
  let pixels = [UInt8](unsafeUninitializedCapacity: frames.count * frameSize) { buffer, count in
    status = first.format.transferSyntax.withCString { syntax in
      var format = citk_frame_format(
        transfer_syntax: syntax,
        columns: Int64(first.size.x),
        rows: Int64(first.size.y),
        bits_allocated: Int32(first.format.bitsAllocated),
        bits_stored: Int32(first.format.bitsStored),
        high_bit: Int32(first.format.highBit),
        is_signed: first.format.isSigned ? 1 : 0
      )
      // One block of all streams gives pointers that stay valid during the call.
      let block = frames.flatMap { $0 }
      return block.withUnsafeBufferPointer { bytes in
        var offset = 0
        let parts = frames.map { frame in
          defer { offset += frame.count }
          return citk_frame(bytes: bytes.baseAddress.map { $0 + offset }, size: frame.count)
        }
        return citk_decode_frames(
          &format,
          parts,
          parts.count,
          buffer.baseAddress,
          &failed,
          &message
        )
      }
    }
    count = status == CITK_OK ? frames.count * frameSize : 0
  }
  guard status == CITK_OK else {
    let slice = slices[min(slices.startIndex + max(0, failed), slices.endIndex - 1)]
    throw .unusableSlice(
      file: slice.file.lastPathComponent,
      reason: "its compressed pixels cannot be decoded (\(message.sentence))"
    )
  }
  return pixels
}

/// Decodes one frame of DICOM's run lengths (PS3.5, annex G).
/// - Returns: little-endian samples; `nil` where the stream is damaged.
func decodeRunLengths(_ stream: [UInt8], count: Int, bytesPerSample: Int) -> [UInt8]? {
  func number(_ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(stream[offset + $1]) << (8 * $1) }
  }
  guard stream.count >= 64, number(0) == bytesPerSample else { return nil }
  var pixels = [UInt8](repeating: 0, count: count * bytesPerSample)
  for segment in 0..<bytesPerSample {
    var input = number(4 + 4 * segment)
    let end = segment + 1 < bytesPerSample ? number(8 + 4 * segment) : stream.count
    guard input >= 64, input <= end, end <= stream.count else { return nil }
    // The first segment holds the most significant bytes.
    var output = bytesPerSample - 1 - segment
    var left = count
    while left > 0 {
      guard input < end else { return nil }
      let code = Int8(bitPattern: stream[input])
      input += 1
      if code == -128 { continue }
      let isRun = code < 0
      let length = isRun ? 1 - Int(code) : Int(code) + 1
      guard length <= left, input + (isRun ? 1 : length) <= end else { return nil }
      for step in 0..<length {
        pixels[output] = stream[isRun ? input : input + step]
        output += bytesPerSample
      }
      input += isRun ? 1 : length
      left -= length
    }
  }
  return pixels
}
