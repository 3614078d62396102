public import Anatomy
public import Foundation
public import Volumes

/// Reads a scan from a file or from a folder of DICOM slices.
///
/// NIfTI-1 (`.nii`, `.nii.gz`), NRRD (`.nrrd`, `.nhdr`) and MetaImage (`.mha`, `.mhd`), chosen by
/// content; the name must agree. Whole numbers of 8 to 64 bits, singles and doubles become singles,
/// with the file's own scaling applied once. The grid is in LPS, mm. Of a folder, the CT series
/// with the most slices is read, or else the MR series (see ``readScan(at:series:)``).
/// - Throws: ``VolumeFileError``; among them where a voxel is not a finite number.
public func readVolume(at url: URL) throws(VolumeFileError) -> Volume<Float> {
  try readScan(at: url).volume
}

/// Reads the volume of one file.
func readVolumeFile(_ header: VolumeHeader, at url: URL) throws(VolumeFileError) -> Volume<Float> {
  let grid = try readGrid(of: header, at: url)
  let (voxels, bad) = try readVoxels(header.layout, as: Float.self)
  if let bad {
    throw .notFinite(file: header.name, count: bad.count, first: grid.index(bad.index))
  }
  return Volume(grid: grid, voxels: voxels)
}

/// A label map as a file holds it.
public struct LabelFile: Sendable {
  /// One structure's number per voxel; 0 is background.
  public let labelMap: LabelMap
  /// The structures' names and colors, where the file gives them (`.seg.nrrd`).
  public let scheme: LabelScheme?

  /// A label map with the names of its structures, where they are known.
  public init(labelMap: LabelMap, scheme: LabelScheme?) {
    self.labelMap = labelMap
    self.scheme = scheme
  }
}

/// Reads a label map; of `.seg.nrrd`, also the segments' names and colors.
///
/// Any scalar type is read; every value must be a whole number from 0 to 65535.
/// - Throws: ``VolumeFileError``.
public func readLabelMap(at url: URL) throws(VolumeFileError) -> LabelFile {
  let header = try readHeader(at: url)
  let scheme = try labelScheme(of: header)
  let grid = try readGrid(of: header, at: url)
  let (voxels, bad) = try readVoxels(header.layout, as: UInt16.self)
  if let bad {
    throw .notALabel(file: header.name, value: bad.value, at: grid.index(bad.index))
  }
  return LabelFile(labelMap: LabelMap(grid: grid, voxels: voxels), scheme: scheme)
}

extension VoxelGrid {
  /// The index (i, j, k) of a place in memory order.
  func index(_ position: Int) -> SIMD3<Int> {
    SIMD3(position % size.x, position / size.x % size.y, position / (size.x * size.y))
  }
}
