internal import Archives
internal import Foundation

/// The bytes of a file's voxels from the first to the last, inflated where they are compressed.
struct VoxelSource: ~Copyable {
  private var raw: GzipInput?
  private var gzip: GzipFile?
  private let name: String

  /// Opens the file at its first voxel.
  ///
  /// Refuses a size that the file cannot hold: exactly so where voxels are stored as they are, by
  /// deflate's largest ratio where they are compressed.
  init(_ layout: VoxelLayout) throws(VolumeFileError) {
    name = layout.name
    do throws(GzipError) {
      switch layout.encoding {
      case .raw:
        raw = .some(try GzipInput(at: layout.file, from: layout.offset + layout.skip))
      case .gzip:
        gzip = .some(try GzipFile(at: layout.file, from: layout.offset))
      }
    } catch {
      throw VolumeFileError(error, file: name)
    }
    let held = try FilePrefix(of: layout.file, limit: 0).size - layout.offset
    let ratio = layout.encoding == .gzip ? GzipFile.largestRatio : 1
    let most = max(0, held).multipliedReportingOverflow(by: ratio)
    guard most.overflow || most.partialValue - layout.skip >= layout.byteCount else {
      throw .truncated(
        file: name,
        expected: layout.byteCount,
        found: max(0, most.partialValue - layout.skip)
      )
    }
    try skip(layout)
  }

  /// Goes on to the first voxel of a compressed stream.
  private mutating func skip(_ layout: VoxelLayout) throws(VolumeFileError) {
    do throws(GzipError) {
      let skipped = try gzip?.skip(layout.skip)
      guard skipped == nil || skipped == layout.skip else {
        throw .truncated(offset: layout.offset)
      }
    } catch {
      throw VolumeFileError(error, file: name)
    }
  }

  /// Fills the buffer; fewer bytes come only at the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int {
    do throws(GzipError) {
      if let count = try raw?.read(into: buffer) { return count }
      return try gzip?.read(into: buffer) ?? 0
    } catch {
      throw VolumeFileError(error, file: name)
    }
  }
}

extension VolumeFileError {
  /// The same failure, with the name of the file.
  init(_ error: GzipError, file: String) {
    switch error {
    case .unreadable(let reason): self = .unreadable(file: file, reason: reason)
    case .damaged, .truncated: self = .damaged(file: file, reason: "\(error)")
    }
  }
}

/// The first bytes of a file, and of what it holds where it is compressed.
struct FilePrefix {
  /// The file's size in bytes.
  var size: Int
  /// Up to `limit` bytes as they are in the file.
  var stored: [UInt8]
  /// Up to `limit` inflated bytes; `nil` where the file is not a gzip file.
  var inflated: [UInt8]?

  /// Reads up to `limit` bytes.
  init(of url: URL, limit: Int) throws(VolumeFileError) {
    do throws(GzipError) {
      var input = try GzipInput(at: url)
      size = input.size
      stored = [UInt8](repeating: 0, count: min(limit, input.size))
      let count = try stored.withUnsafeMutableBufferPointer { bytes throws(GzipError) in
        try input.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
      stored.removeLast(stored.count - count)
      guard stored.starts(with: [0x1F, 0x8B]) else { return }
      var file = try GzipFile(at: url)
      // The ratio bounds what a small file can inflate to.
      var bytes = [UInt8](repeating: 0, count: min(limit, size * GzipFile.largestRatio))
      let inflatedCount = try bytes.withUnsafeMutableBufferPointer { bytes throws(GzipError) in
        try file.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
      inflated = Array(bytes.prefix(inflatedCount))
    } catch {
      throw VolumeFileError(error, file: url.lastPathComponent)
    }
  }
}
