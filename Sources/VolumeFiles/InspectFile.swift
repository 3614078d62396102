public import Anatomy
public import Foundation
public import Volumes

/// What a volume file's header says, without its voxels.
public struct FileDescription: Sendable {
  /// The format of the file.
  public var format: VolumeFormat
  /// Where the voxels lie.
  public var grid: VoxelGrid
  /// How the file stores a voxel's number.
  public var scalarType: ScalarType
  /// The numbers per voxel: always 1, other files are refused.
  public var componentCount: Int
  /// Whether the file turns stored numbers into values by a slope and an intercept.
  public var isRescaled: Bool
  /// The structures that the header names (`.seg.nrrd`); `nil` where it names none.
  public var segments: LabelScheme?
}

/// Describes a volume file by its header.
/// - Throws: ``VolumeFileError`` where the file would not be read either.
public func inspectFile(at url: URL) throws(VolumeFileError) -> FileDescription {
  let header = try readHeader(at: url)
  return FileDescription(
    format: header.format,
    grid: try readGrid(of: header, at: url),
    scalarType: header.layout.scalar,
    componentCount: 1,
    isRescaled: header.layout.rescale != nil,
    segments: try labelScheme(of: header)
  )
}
