internal import DICOMStudies
internal import Datasets
internal import Foundation
internal import ImageProcessing
internal import Synchronization
internal import VolumeFiles
internal import Volumes

extension CaseSide {
  /// Both sides of a case: at the same time, but structure sets after what gives them a grid.
  static func both(
    of pair: CasePair,
    _ request: EvaluationRequest
  ) -> (reference: CaseSide, prediction: CaseSide) {
    @Sendable func reference(on grid: VoxelGrid?) -> CaseSide {
      CaseSide(
        pair.reference,
        of: request.reference,
        beside: request.prediction,
        grid: grid,
        role: "reference",
        caseName: pair.name,
        request: request
      )
    }
    @Sendable func prediction(on grid: VoxelGrid?) -> CaseSide {
      CaseSide(
        pair.prediction,
        of: request.prediction,
        beside: request.reference,
        grid: grid,
        role: "prediction",
        caseName: pair.name,
        request: request
      )
    }
    let hasSets = (
      pair.reference.contains(where: \.isStructureSet),
      pair.prediction.contains(where: \.isStructureSet)
    )
    if hasSets.1 {
      // The images may lie beside the reference alone.
      let first = reference(on: nil)
      if !hasSets.0 || !first.files.isEmpty {
        return (first, prediction(on: first.files.first?.grid))
      }
    }
    if hasSets.0 {
      let second = prediction(on: nil)
      return (reference(on: second.files.first?.grid), second)
    }
    let sides = Mutex<(CaseSide?, CaseSide?)>((nil, nil))
    concurrently(2, threads: request.threads) { tickets in
      while let side = tickets.next() {
        let read = side == 0 ? reference(on: nil) : prediction(on: nil)
        sides.withLock { if side == 0 { $0.0 = read } else { $0.1 = read } }
      }
    }
    let read = sides.withLock { $0 }
    return (read.0 ?? reference(on: nil), read.1 ?? prediction(on: nil))
  }

  /// The structures of an RT structure set, filled on a grid.
  /// - Throws: ``DICOMObjectError``, or ``ContourGridError``.
  mutating func structureSet(at url: URL, on grid: VoxelGrid?) throws -> StructureFile {
    let file = try StructureSetFile.read(at: url)
    guard let grid = grid ?? file.imageGrid(beside: url) else {
      throw ContourGridError.noGrid(file: url.lastPathComponent)
    }
    for finding in file.findings { add(finding: "\(finding)") }
    var structures: [(name: String, mask: CroppedMask)] = []
    for structure in file.structureSet.structures where request.includes(structure.name) {
      let filled = mask(of: structure.contours, on: grid)
      for finding in filled.findings { add(finding: "\(structure.name): \(finding)") }
      structures.append((structure.name, filled.mask))
    }
    return StructureFile(grid: grid, structures: structures)
  }
}

extension StructureLibrary.Source {
  /// Whether the file is an RT structure set: label maps never have a DICOM file's name.
  var isStructureSet: Bool { url.pathExtension.lowercased() == "dcm" }
}

extension StructureSetFile {
  /// The grid of the images that the structure set refers to, where they lie in its folder.
  fileprivate func imageGrid(beside url: URL) -> VoxelGrid? {
    let series = try? listSeries(in: url.deletingLastPathComponent())
    return series?.first { referencedSeries.contains($0.uid) }?.grid
  }
}

/// Why contours cannot become voxels.
enum ContourGridError: Error, Hashable {
  /// Neither the other side nor images beside the file say where voxels lie.
  case noGrid(file: String)
}

extension ContourGridError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  var description: String {
    switch self {
    case .noGrid(let file):
      """
      \(file): contours need voxels to fill, of masks on the other side or of the images beside the \
      file.
      """
    }
  }
}
