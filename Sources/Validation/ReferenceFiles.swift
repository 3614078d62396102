import Anatomy
import Datasets
import Foundation
import VolumeFiles
package import Volumes

/// The contours of validation cases as label maps of the network's classes.
///
/// Each is a `.seg.nrrd` that names the structures that were contoured in its case: a structure that
/// is not named is not scored, one that is named and has no voxel was found to be empty.
struct ReferenceFiles {
  private let dataset: TrainingDataset
  private var kept: KeptFiles

  init(of dataset: TrainingDataset, in folder: URL) throws(FoldValidationError) {
    self.dataset = dataset
    kept = try KeptFiles(in: folder, madeFrom: dataset.checksum)
  }

  /// The label map and the contoured classes of a case, written where they are not there yet.
  mutating func contours(of one: TrainingCase) throws -> Contours {
    let name = "\(one.name).seg.nrrd"
    if kept.isWhole(name) {
      let file = try readLabelMap(at: kept.url(name))
      return Contours(
        labels: file.labelMap,
        contoured: Set(file.scheme?.entries.map(\.label) ?? [])
      )
    }
    let loaded = try dataset.load(one)
    let scheme = LabelScheme(
      entries: dataset.labels.entries.filter { loaded.contoured.contains($0.label) }
    )
    try VolumeFiles.write(loaded.labels, scheme: scheme, to: kept.url(name))
    try kept.keep(name)
    return Contours(labels: loaded.labels, contoured: loaded.contoured)
  }
}

/// A case's reference: its label map, and which labels somebody contoured.
package struct Contours: Sendable {
  /// The class of each voxel.
  package var labels: LabelMap
  /// The classes that were contoured, with voxels or without.
  package var contoured: Set<UInt16>

  package init(labels: LabelMap, contoured: Set<UInt16>) {
    self.labels = labels
    self.contoured = contoured
  }
}
