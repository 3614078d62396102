public import Foundation
public import Volumes

/// Reads a field of vectors, such as a displacement field, in LPS and mm.
///
/// MetaImage with three channels, or NIfTI-1 with five dimensions, the fifth of three entries. As
/// ITK and ANTs write them, vectors of NIfTI's intent `VECTOR` (1007) run along LPS and are taken as
/// they are; those of the intent `DISPVECT` (1006) run along RAS by the standard and are turned.
/// - Returns: A vector per voxel, `i` fastest.
/// - Throws: ``VolumeFileError``, among them ``VolumeFileError/notVectors(file:reason:)``.
public func readVectors(at url: URL) throws(VolumeFileError) -> Volume<SIMD3<Float>> {
  let header = try readHeader(at: url, ofVectors: true)
  let grid = try readGrid(of: header, at: url)
  let (numbers, bad) = try readVoxels(header.layout, as: Float.self)
  let count = grid.count
  // NIfTI keeps all first numbers, then all second ones; MetaImage keeps a voxel's three together.
  let isPlanar = header.format == .nifti
  if let bad {
    let voxel = isPlanar ? bad.index % count : bad.index / 3
    throw .notFinite(file: header.name, count: bad.count, first: grid.index(voxel))
  }
  let sign: SIMD3<Float> = header.hasRASVectors ? [-1, -1, 1] : [1, 1, 1]
  let vectors = numbers.withUnsafeBufferPointer { numbers in
    (0..<count).map { index in
      isPlanar
        ? SIMD3(numbers[index], numbers[index + count], numbers[index + 2 * count]) * sign
        : SIMD3(numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
    }
  }
  return Volume(grid: grid, voxels: vectors)
}

/// Writes a field of vectors in LPS and mm: `.nii`, `.nii.gz` (intent `VECTOR`), `.mha` or `.mhd`, as
/// ITK's programs write and read displacement fields.
/// - Throws: ``VolumeFileError``.
public func write(_ vectors: Volume<SIMD3<Float>>, to url: URL) throws(VolumeFileError) {
  if VolumeFormat(fileName: url.lastPathComponent) == .nrrd {
    throw .unwritable(
      file: url.lastPathComponent,
      reason: "a displacement field's name must end in .nii.gz, .nii, .mha or .mhd"
    )
  }
  let numbers = vectors.withUnsafeVoxels { voxels in
    [Float](unsafeUninitializedCapacity: 3 * voxels.count) { buffer, count in
      for index in voxels.indices {
        for axis in 0..<3 { buffer[3 * index + axis] = voxels[index][axis] }
      }
      count = 3 * voxels.count
    }
  }
  try numbers.withUnsafeBufferPointer { numbers throws(VolumeFileError) in
    try writeVoxels(
      UnsafeRawBufferPointer(numbers),
      scalar: .float32,
      components: 3,
      grid: vectors.grid,
      pairs: [],
      to: url
    )
  }
}

/// Writes a scan as an uncompressed MetaImage (`.mha`), for a program that reads it at once.
/// - Throws: ``VolumeFileError``.
package func writeUncompressed(_ volume: Volume<Float>, to url: URL) throws(VolumeFileError) {
  try volume.withUnsafeVoxels { voxels throws(VolumeFileError) in
    try writeVoxels(
      UnsafeRawBufferPointer(voxels),
      scalar: .float32,
      level: 0,
      grid: volume.grid,
      pairs: [],
      to: url
    )
  }
}

/// Writes a mask as an uncompressed MetaImage (`.mha`) of 0 and 1.
/// - Throws: ``VolumeFileError``.
package func writeUncompressed(_ mask: Mask, to url: URL) throws(VolumeFileError) {
  try mask.withUnsafeVoxels { voxels throws(VolumeFileError) in
    // A Swift `Bool` is one byte, 0 or 1.
    try writeVoxels(
      UnsafeRawBufferPointer(voxels),
      scalar: .uint8,
      level: 0,
      grid: mask.grid,
      pairs: [],
      to: url
    )
  }
}
