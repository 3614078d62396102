public import Anatomy
internal import Archives
public import Foundation
public import Volumes

/// The structures of a label map or mask, kept as runs of voxels until one is asked for.
///
/// A whole planning scan's labels take 80 MB as a ``LabelMap``, their runs a few hundred kilobytes.
public struct StructureFile: Sendable {
  /// Where the voxels lie in the patient.
  public let grid: VoxelGrid
  /// The labels that at least one voxel has, ascending, without background.
  public let labels: [UInt16]
  /// The structures' names and colors, where the file gives them (`.seg.nrrd`).
  public let scheme: LabelScheme?
  let content: Content

  /// What the voxels are kept as.
  enum Content: Sendable {
    case runs([UInt16: [VoxelRun]])
    /// Of a map of noise, whose runs would take more memory than its voxels.
    case voxels(LabelMap)
    /// Of structures that were contours: each by itself, since they may overlap.
    case masks([CroppedMask])
  }

  /// Structures that come from elsewhere, such as from contours; labels count from 1.
  /// - Parameters:
  ///   - grid: The masks' grid.
  ///   - structures: At most 65535.
  package init(grid: VoxelGrid, structures: [(name: String, mask: CroppedMask)]) {
    let structures = structures.prefix(Int(UInt16.max))
    self.grid = grid
    labels = structures.enumerated().compactMap { index, structure in
      structure.mask.isEmpty ? nil : UInt16(index + 1)
    }
    scheme = LabelScheme(
      entries: structures.enumerated().map { .init(label: UInt16($0 + 1), name: $1.name) }
    )
    content = .masks(structures.map(\.mask))
  }

  fileprivate init(grid: VoxelGrid, labels: [UInt16], scheme: LabelScheme?, content: Content) {
    self.grid = grid
    self.labels = labels
    self.scheme = scheme
    self.content = content
  }

  /// One structure, in the smallest box around it; without voxels where no voxel has the label.
  /// - Complexity: O(runs of the structure + voxels of the box).
  public func mask(of label: UInt16) -> CroppedMask {
    switch content {
    case .runs(let runs): CroppedMask(grid: grid, runs: runs[label] ?? [])
    case .voxels(let map): CroppedMask(map.map { $0 == label && label > 0 })
    case .masks(let masks):
      label > 0 && Int(label) <= masks.count ? masks[Int(label) - 1] : CroppedMask(emptyOn: grid)
    }
  }
}

/// Reads the structures of a label map or mask without holding its voxels.
///
/// Accepts and refuses what ``readLabelMap(at:)`` does, and finds the same structures.
/// - Throws: ``VolumeFileError``.
public func readStructures(at url: URL) throws(VolumeFileError) -> StructureFile {
  var reader = StructureReader()
  return try reader.read(at: url)
}

/// Reads a file that holds one structure: voxels of 0, and of one other whole number.
/// - Throws: ``VolumeFileError``, among them ``VolumeFileError/severalLabels(file:labels:)``.
public func readMask(at url: URL) throws(VolumeFileError) -> CroppedMask {
  var reader = StructureReader()
  return try reader.readMask(at: url)
}

/// The structures' names that a file's header gives (`.seg.nrrd`); `nil` where it gives none.
/// - Throws: ``VolumeFileError`` where the header is not one of a volume.
public func readScheme(at url: URL) throws(VolumeFileError) -> LabelScheme? {
  try labelScheme(of: readHeader(at: url))
}

/// Reads structures one file after the other with the same memory: one reader for each thread.
package struct StructureReader: ~Copyable {
  private var inflater = WholeInflater()
  private var collector = RunCollector()

  /// A reader without memory of its own yet.
  package init() {}

  /// Reads a file that holds one structure.
  package mutating func readMask(at url: URL) throws(VolumeFileError) -> CroppedMask {
    let file = try read(at: url)
    guard file.labels.count < 2 else {
      throw .severalLabels(file: url.lastPathComponent, labels: file.labels)
    }
    return file.mask(of: file.labels.first ?? 1)
  }

  /// Reads the structures of a file.
  package mutating func read(at url: URL) throws(VolumeFileError) -> StructureFile {
    let header = try readHeader(at: url)
    let scheme = try labelScheme(of: header)
    let grid = try readGrid(of: header, at: url)
    collector.start(header.layout)
    if try !collectWhole(header.layout) { try collectPieces(header.layout) }
    if let bad = collector.bad {
      throw .notALabel(file: header.name, value: bad.value, at: grid.index(bad.index))
    }
    guard let runs = collector.finish() else {
      let map = try readLabelMap(at: url).labelMap
      let present = map.withUnsafeVoxels { Set($0) }.subtracting([0]).sorted()
      return StructureFile(grid: grid, labels: present, scheme: scheme, content: .voxels(map))
    }
    let labels = runs.keys.sorted()
    return StructureFile(grid: grid, labels: labels, scheme: scheme, content: .runs(runs))
  }

  /// Inflates the voxels at once and goes through them.
  /// - Returns: `false` where they must be streamed.
  private mutating func collectWhole(_ layout: VoxelLayout) throws(VolumeFileError) -> Bool {
    guard layout.encoding == .gzip, layout.skip <= 1 << 20,
      layout.skip.isMultiple(of: layout.scalar.size),
      layout.byteCount + layout.skip <= WholeInflater.largest
    else { return false }
    do throws(GzipError) {
      let whole = try inflater.inflate(
        fileAt: layout.file,
        from: layout.offset,
        limit: layout.skip + layout.byteCount
      )
      guard let whole, whole.count == layout.skip + layout.byteCount else { return false }
      collector.collect(UnsafeRawBufferPointer(rebasing: whole[layout.skip...]), layout)
      return true
    } catch {
      throw VolumeFileError(error, file: layout.name)
    }
  }

  /// Streams the voxels, one piece that fits the cache at a time.
  private mutating func collectPieces(_ layout: VoxelLayout) throws(VolumeFileError) {
    var source = try VoxelSource(layout)
    let size = min(1 << 18, layout.byteCount)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { piece.deallocate() }
    var position = 0
    while position < layout.byteCount {
      let wanted = min(size, layout.byteCount - position)
      let room = UnsafeMutableRawBufferPointer(rebasing: piece[..<wanted])
      let filled = try source.read(into: room)
      position += filled
      guard filled == wanted else {
        throw .truncated(file: layout.name, expected: layout.byteCount, found: position)
      }
      collector.collect(UnsafeRawBufferPointer(room), layout)
    }
  }
}
