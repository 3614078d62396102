import Datasets
import Evaluation
import Foundation
import Reports
import SegmentationMetrics
import VolumeFiles
import Volumes

/// Where `consensus` writes: a label map of one case, or folders of masks.
struct ConsensusOutputs {
  /// What was written of a case.
  struct Written {
    let path: String
    /// The voxels of a label map that several structures claim.
    let contested: Int
  }

  private let path: String
  private let isFile: Bool
  private let isSingleCase: Bool

  /// Finds out before the work what would fail after it.
  /// - Throws: ``CommandError``.
  init(_ path: String, isSingleCase: Bool) throws {
    self.path = path
    self.isSingleCase = isSingleCase
    let url = URL(filePath: path)
    isFile = CaseFolder.fileEndings.contains { path.lowercased().hasSuffix($0) }
    if !isFile {
      if FileManager.default.fileExists(atPath: path), !url.isFolder {
        throw CommandError.unknownEnding(path, endings: CaseFolder.fileEndings)
      }
      return
    }
    guard isSingleCase else { throw ConsensusOutputError.severalCases(path) }
    guard !url.isFolder else { throw CommandError.isAFolder(path) }
    let folder = url.deletingLastPathComponent()
    guard folder.isFolder else { throw CommandError.unwritableFolder(folder.relativePath) }
  }

  /// Writes the consensus of a case.
  func write(_ consensus: CaseConsensus) throws -> Written {
    let url = URL(filePath: path)
    guard !isFile else {
      guard let (map, contested) = consensus.labelMap() else {
        throw ConsensusOutputError.severalGrids(consensus.name)
      }
      try VolumeFiles.write(map, scheme: consensus.scheme, to: url)
      return Written(path: path, contested: contested)
    }
    let folder = isSingleCase ? url : url.appending(path: fileName(for: consensus.name))
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw CommandError.unwritableFolder(folder.relativePath) }
    var taken: Set<String> = []
    for structure in consensus.structures {
      let plain = fileName(for: structure.name)
      // Two names may come to one file name: the second gets its number.
      let name = taken.insert(plain).inserted ? plain : "\(plain)_\(structure.label)"
      try VolumeFiles.write(
        structure.consensus.mask.mask,
        name: structure.name,
        to: folder.appending(path: name + ".nii.gz")
      )
    }
    return Written(path: folder.relativePath, contested: 0)
  }
}

/// Why a consensus cannot be written as asked.
enum ConsensusOutputError: Error, Hashable {
  /// A label map holds one case.
  case severalCases(String)
  /// A label map holds structures of one grid.
  case severalGrids(String)
}

extension ConsensusOutputError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  var description: String {
    switch self {
    case .severalCases(let path):
      "\(path): a label map holds one case, and there are several; write a folder's name."
    case .severalGrids(let name):
      "\(name): its structures lie on several grids, so one label map cannot hold them; write a "
        + "folder's name."
    }
  }
}
