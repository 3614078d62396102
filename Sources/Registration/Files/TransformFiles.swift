public import Foundation
internal import VolumeFiles
public import Volumes

/// Reads a transform from a file; it maps points of the fixed scan to the moving scan.
///
/// ITK's text files (`.tfm`, `.txt`), elastix's parameter files (`.txt`) with those that they name
/// beside them, and displacement fields (`.nii.gz`, `.nii`, `.mha`, `.mhd`).
/// - Throws: ``TransformFileError`` or `VolumeFileError`.
public func readTransform(at url: URL) throws -> SpatialTransform {
  let name = url.lastPathComponent.lowercased()
  if fieldEndings.contains(where: { name.hasSuffix($0) }) {
    return .field(DisplacementField(try readVectors(at: url)))
  }
  guard name.hasSuffix(".tfm") || name.hasSuffix(".txt") else {
    throw TransformFileError.unknownEnding(file: url.lastPathComponent)
  }
  let text = Substring(try TransformText.read(url))
  if text.hasPrefix(ITKTransformFile.firstLine) {
    return try ITKTransformFile.parse(text, file: url.lastPathComponent)
  }
  guard name.hasSuffix(".txt") else {
    throw TransformFileError.badText(
      file: url.lastPathComponent,
      reason: "its first line is not \"\(ITKTransformFile.firstLine)\""
    )
  }
  return try ElastixTransformFile.read(url)
}

/// Writes a transform in the format that the name's ending stands for.
///
/// `.tfm`: ITK's text. `.txt`: elastix's parameters, several files where there are several parts.
/// `.nii.gz`, `.nii`, `.mha`, `.mhd`: the displacements at the voxels of `fixedGrid`.
/// - Throws: ``TransformFileError`` or `VolumeFileError`, among them where the transform has a
///   displacement field and the format cannot.
public func write(
  _ transform: SpatialTransform,
  fixedGrid: VoxelGrid,
  to url: URL,
  threads: Int = 1
) throws {
  let name = url.lastPathComponent.lowercased()
  if fieldEndings.contains(where: { name.hasSuffix($0) }) {
    try write(transform.displacementField(on: fixedGrid, threads: threads).vectors, to: url)
  } else if name.hasSuffix(".tfm") {
    let text = try ITKTransformFile.text(of: transform, file: url.lastPathComponent)
    try TransformText.write(text, to: url)
  } else if name.hasSuffix(".txt") {
    try ElastixTransformFile.write(transform, fixedGrid: fixedGrid, to: url)
  } else {
    throw TransformFileError.unknownEnding(file: url.lastPathComponent)
  }
}

private let fieldEndings = [".nii.gz", ".nii", ".mha", ".mhd"]
