internal import Archives
internal import Foundation
internal import Synchronization
public import Volumes

/// Reads the pixels of a series: each slice's own rescale slope and intercept applied once.
/// - Throws: ``VolumeFileError`` with the series' problem, or where pixels are damaged.
public func readSeries(_ series: DICOMSeries) throws(VolumeFileError) -> Volume<Float> {
  if let problem = series.problem { throw .badSeries(series: series.label, problem) }
  guard let grid = series.grid else { throw .badSeries(series: series.label, .singleSlice) }
  do throws(DICOMSeriesProblem) {
    return Volume(grid: grid, voxels: try readPixels(series.slices))
  } catch {
    throw .badSeries(series: series.label, error)
  }
}

/// How many slices one decoder process takes: enough to make its start cheap.
private let batchSize = 8

/// The voxels of sorted slices; batches are decoded on all cores, a few at a time.
private func readPixels(_ slices: [DICOMSlice]) throws(DICOMSeriesProblem) -> [Float] {
  var voxels: [Float] = []
  let batches = stride(from: 0, to: slices.count, by: batchSize).map {
    slices[$0..<min($0 + batchSize, slices.count)]
  }
  let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
  for start in stride(from: 0, to: batches.count, by: width) {
    let round = batches[start..<min(start + width, batches.count)]
    let results = Mutex<[Int: Result<[Float], DICOMSeriesProblem>]>([:])
    DispatchQueue.concurrentPerform(iterations: round.count) { offset in
      let result = Result { () throws(DICOMSeriesProblem) in
        try readBatch(round[round.startIndex + offset])
      }
      results.withLock { $0[offset] = result }
    }
    let found = results.withLock { $0 }
    for offset in 0..<round.count {
      guard let batch = found[offset] else { continue }
      let values = try batch.get()
      // Room grows with slices that were really there, never by the headers alone.
      if voxels.capacity < voxels.count + values.count {
        let all = values.count / round[round.startIndex + offset].count * slices.count
        voxels.reserveCapacity(
          max(voxels.count + values.count, min(all, 2 * (voxels.count + values.count)))
        )
      }
      voxels.append(contentsOf: values)
    }
  }
  return voxels
}

/// The voxels of a few slices that follow each other.
private func readBatch(_ slices: ArraySlice<DICOMSlice>) throws(DICOMSeriesProblem) -> [Float] {
  var values: [Float] = []
  var index = slices.startIndex
  while index < slices.endIndex {
    // Slices of one encoding are decoded together.
    let first = slices[index]
    let end =
      slices[index...].firstIndex { $0.format != first.format } ?? slices.endIndex
    let run = slices[index..<end]
    let samples: [UInt8]
    if case .fragments = first.pixels, first.format.transferSyntax != DICOMPixelFormat.runLengths {
      var frames: [[UInt8]] = []
      for slice in run { frames.append(try checkedStream(of: slice)) }
      samples = try decodeFrames(frames, of: run)
    } else {
      var native: [UInt8] = []
      for slice in run { native += try nativeSamples(of: slice) }
      samples = native
    }
    for (offset, slice) in run.enumerated() {
      append(slice, frame: offset, of: samples, to: &values)
    }
    index = end
  }
  return values
}

/// The samples of a slice that needs no codec.
private func nativeSamples(of slice: DICOMSlice) throws(DICOMSeriesProblem) -> [UInt8] {
  let count = slice.size.x * slice.size.y
  switch slice.pixels {
  case .native(let offset, _):
    return try slice.read([offset..<(offset + count * slice.format.bitsAllocated / 8)])
  case .fragments(let fragments):
    let stream = try slice.read(fragments)
    // A run of 128 bytes takes two: a shorter stream cannot hold the frame.
    guard stream.count * 64 >= count,
      let pixels = decodeRunLengths(
        stream,
        count: count,
        bytesPerSample: slice.format.bitsAllocated / 8
      )
    else { throw slice.unusable("its run lengths are damaged") }
    return pixels
  }
}

/// The compressed stream of a slice whose own header agrees with DICOM's attributes.
private func checkedStream(of slice: DICOMSlice) throws(DICOMSeriesProblem) -> [UInt8] {
  guard case .fragments(let fragments) = slice.pixels else {
    throw slice.unusable("its pixels are not compressed")
  }
  let stream = try slice.read(fragments)
  guard let frame = CompressedFrame(stream) else {
    throw slice.unusable("its compressed pixels are damaged or cut off")
  }
  let allocated = frame.bits <= 8 ? 8 : frame.bits <= 16 ? 16 : 32
  guard SIMD2(frame.columns, frame.rows) == slice.size, frame.components == 1,
    allocated == slice.format.bitsAllocated
  else {
    throw slice.unusable(
      "its compressed pixels are \(frame.columns)×\(frame.rows) of \(frame.components)×"
        + "\(frame.bits) bits, its attributes say \(slice.size.x)×\(slice.size.y) of "
        + "\(slice.format.bitsAllocated)"
    )
  }
  // Even a slice of one value takes some bytes: this keeps a tiny file from asking for gigabytes.
  guard slice.size.x * slice.size.y <= 1 << 20 + 4096 * stream.count else {
    throw slice.unusable("\(stream.count) bytes cannot hold its pixels")
  }
  return stream
}

extension DICOMSlice {
  /// Bytes of the file; the ranges were checked against its size when it was listed.
  func read(_ ranges: [Range<Int>]) throws(DICOMSeriesProblem) -> [UInt8] {
    do throws(GzipError) {
      var input = try GzipInput(at: file)
      var bytes: [UInt8] = []
      for range in ranges {
        guard range.upperBound <= input.size else { throw .truncated(offset: input.size) }
        input.position = range.lowerBound
        var part = [UInt8](repeating: 0, count: range.count)
        let found = try part.withUnsafeMutableBufferPointer { room throws(GzipError) in
          try input.read(into: UnsafeMutableRawBufferPointer(room))
        }
        guard found == range.count else { throw .truncated(offset: range.lowerBound + found) }
        bytes = bytes.isEmpty ? part : bytes + part
      }
      return bytes
    } catch {
      throw unusable("\(error)")
    }
  }

  fileprivate func unusable(_ reason: String) -> DICOMSeriesProblem {
    .unusableSlice(file: file.lastPathComponent, reason: reason)
  }
}

/// Turns one frame's samples into values: the stored bits, sign and rescale (PS3.3, C.7.6.3.1).
private func append(
  _ slice: DICOMSlice,
  frame: Int,
  of samples: [UInt8],
  to values: inout [Float]
) {
  func unpack<Sample: FixedWidthInteger & UnsignedInteger>(_: Sample.Type) {
    let count = slice.size.x * slice.size.y
    let format = slice.format
    // Bits above and below the stored ones may hold old overlays: shift them out on both sides.
    let left = Sample(Sample.bitWidth - 1 - format.highBit)
    let right = Sample(Sample.bitWidth - format.bitsStored)
    let rescale = slice.rescale
    samples.withUnsafeBytes { bytes in
      let start = frame * count * MemoryLayout<Sample>.size
      for index in 0..<count {
        let stored = Sample(
          littleEndian: bytes.loadUnaligned(
            fromByteOffset: start + index * MemoryLayout<Sample>.size,
            as: Sample.self
          )
        )
        let shifted = stored &<< left
        let number =
          format.isSigned
          ? Double(signed(shifted) >> Int64(right)) : Double(shifted &>> right)
        values.append(Float(number * rescale.slope + rescale.intercept))
      }
    }
  }
  switch slice.format.bitsAllocated {
  case 8: unpack(UInt8.self)
  case 16: unpack(UInt16.self)
  default: unpack(UInt32.self)
  }
}

/// The same bits as a signed number.
private func signed<Sample: FixedWidthInteger & UnsignedInteger>(_ value: Sample) -> Int64 {
  let shift = 64 - Sample.bitWidth
  return Int64(bitPattern: UInt64(value) << UInt64(shift)) >> Int64(shift)
}
