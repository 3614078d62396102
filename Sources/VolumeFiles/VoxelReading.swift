internal import Archives
internal import Foundation
internal import Volumes

/// What becomes of a stored number: a voxel of a scan or of a label map.
protocol VoxelValue: BitwiseCopyable, Sendable {
  /// Turns stored numbers into voxels, one for one.
  /// - Returns: the index of the first number that is no such voxel, and how many are not.
  static func convert<Stored: StoredScalar>(
    _ stored: UnsafeBufferPointer<Stored>,
    isSwapped: Bool,
    rescale: Rescale?,
    to voxels: UnsafeMutableBufferPointer<Self>
  ) -> (first: Int, count: Int, value: Double)?
}

/// A voxel that could not be taken over.
struct BadVoxel: Error {
  var index: Int
  var count: Int
  var value: Double
}

/// Streams the voxels of a checked layout from its file: one pass, one small piece at a time.
///
/// The array grows with what the file really gives, so a declared size alone never decides an
/// allocation: at any time it has room for at most twice the voxels read so far.
func readVoxels<Value: VoxelValue>(
  _ layout: VoxelLayout,
  as type: Value.Type
) throws(VolumeFileError) -> (voxels: [Value], bad: BadVoxel?) {
  var source = try VoxelSource(layout)
  let pieceCount = min(1 << 16, layout.count)
  let bytes = UnsafeMutableRawBufferPointer.allocate(
    byteCount: pieceCount * layout.scalar.size,
    alignment: 16
  )
  let piece = UnsafeMutableBufferPointer<Value>.allocate(capacity: pieceCount)
  defer {
    bytes.deallocate()
    piece.deallocate()
  }
  var voxels: [Value] = []
  var bad: BadVoxel?
  if layout.encoding == .raw { voxels.reserveCapacity(layout.count) }
  while voxels.count < layout.count {
    let wanted = min(pieceCount, layout.count - voxels.count)
    let room = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(wanted * layout.scalar.size)])
    let filled = try source.read(into: room)
    guard filled == room.count else {
      let found = voxels.count * layout.scalar.size + filled
      throw .truncated(file: layout.name, expected: layout.byteCount, found: found)
    }
    let target = UnsafeMutableBufferPointer(rebasing: piece[..<wanted])
    if let found = convert(UnsafeRawBufferPointer(room), layout: layout, to: target) {
      let index = voxels.count + found.first
      bad =
        bad.map { BadVoxel(index: $0.index, count: $0.count + found.count, value: $0.value) }
        ?? BadVoxel(index: index, count: found.count, value: found.value)
    }
    if voxels.capacity < voxels.count + wanted {
      voxels.reserveCapacity(min(layout.count, max(2 * voxels.count, voxels.count + wanted)))
    }
    voxels.append(contentsOf: target)
  }
  return (voxels, bad)
}

/// Turns one piece of a file's bytes into voxels.
func convert<Value: VoxelValue>(
  _ bytes: UnsafeRawBufferPointer,
  layout: VoxelLayout,
  to voxels: UnsafeMutableBufferPointer<Value>
) -> (first: Int, count: Int, value: Double)? {
  func with<Stored: StoredScalar>(_: Stored.Type) -> (first: Int, count: Int, value: Double)? {
    Value.convert(
      bytes.assumingMemoryBound(to: Stored.self),
      isSwapped: layout.isBigEndian,
      rescale: layout.rescale,
      to: voxels
    )
  }
  return switch layout.scalar {
  case .uint8: with(UInt8.self)
  case .int8: with(Int8.self)
  case .uint16: with(UInt16.self)
  case .int16: with(Int16.self)
  case .uint32: with(UInt32.self)
  case .int32: with(Int32.self)
  case .uint64: with(UInt64.self)
  case .int64: with(Int64.self)
  case .float32: with(Float.self)
  case .float64: with(Double.self)
  }
}

extension VoxelLayout {
  /// The file's last path component, for messages.
  var name: String { file.lastPathComponent }
}
