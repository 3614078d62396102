public import Anatomy
public import DICOMStudies
public import Foundation
import ImageProcessing
import VolumeFiles
public import Volumes

/// Earlier contours as numbers of voxels.
public struct TumorContours: Sendable {
  /// The numbers, on the grid of the scan that they were drawn on.
  public let contours: LabelMap
  /// What they stand for.
  public let scheme: LabelScheme
  /// Sentences on what could not be taken as it is.
  public let notes: [String]
}

/// Reads earlier contours: a label map, or a DICOM RT structure set.
///
/// A label map's structures have the file's own names, else GTVp and GTVn for 1 and 2 as in HNTS-MRG.
/// - Parameters:
///   - url: The file.
///   - wanted: The structures that count, in any spelling, with the numbers that they get; `nil` takes
///     those of a label map as they are, and HNTS-MRG's of a structure set.
///   - grid: The grid of the scan that they were drawn on, where a structure set is filled.
///   - series: That scan's images, which a structure set is checked against.
/// - Returns: The contours on that grid.
/// - Throws: `VolumeFileError`, `DICOMObjectError`; ``AdaptError/unknownLabels(file:labels:known:)``,
///   ``AdaptError/noCommonStructure(contours:model:)``, ``AdaptError/otherImages(file:)``.
public func readTumorContours(
  at url: URL,
  for wanted: LabelScheme? = nil,
  on grid: VoxelGrid,
  series: ImageSeries? = nil
) throws -> TumorContours {
  guard StructureSetFile.isStructureSet(at: url) else {
    let (map, scheme) = try readTumorContours(at: url)
    guard let wanted else { return TumorContours(contours: map, scheme: scheme, notes: []) }
    let numbers = try common(scheme.entries.map { ($0.label, $0.name) }, with: wanted)
    return TumorContours(
      contours: map.map { numbers[$0] ?? 0 },
      scheme: wanted,
      notes: []
    )
  }
  let scheme = wanted ?? LabelScheme(named: "hntsmrg") ?? LabelScheme(entries: [])
  let file = try StructureSetFile.read(at: url)
  if let series {
    let found = file.placed(on: series).findings
    guard !found.contains(.otherFrameOfReference) || !found.contains(.otherSeries) else {
      throw AdaptError.otherImages(file: url.lastPathComponent)
    }
  }
  let imported = ImportedStructures(file, on: grid, series: series)
  let names: [(key: UInt16, name: String)] = imported.structures.enumerated().compactMap {
    place,
    structure in
    guard let key = UInt16(exactly: place) else { return nil }
    return (key, structure.name)
  }
  let numbers = try common(names, with: scheme)
  var map = LabelMap(repeating: 0, grid: grid)
  for (place, structure) in imported.structures.enumerated() {
    guard let key = UInt16(exactly: place), let label = numbers[key],
      let box = structure.mask.box
    else { continue }
    for k in box.k {
      for j in box.j {
        for i in box.i where structure.mask[i, j, k] { map[i, j, k] = label }
      }
    }
  }
  let taken = Set(numbers.keys.map { imported.structures[Int($0)].name })
  // What is told of organs that are not taken helps nobody.
  let others = imported.structures.map(\.name).filter { !taken.contains($0) }
  let notes = imported.notes.filter { note in !others.contains { note.hasPrefix("\($0):") } }
  return TumorContours(contours: map, scheme: scheme, notes: notes)
}

/// The number of each structure among those that are wanted.
private func common(
  _ found: [(key: UInt16, name: String)],
  with wanted: LabelScheme
) throws -> [UInt16: UInt16] {
  let vocabulary = StructureVocabulary.standard
  var numbers: [UInt16: UInt16] = [:]
  for (key, name) in found {
    // Clinics number nodes: GTVn1, GTVn_02.
    var plain = name
    while let last = plain.last, last.isNumber || "_ -".contains(last) { plain.removeLast() }
    let identities = [name, plain].map { vocabulary.identity(of: $0) }
    if let entry = wanted.entries.first(where: {
      identities.contains(vocabulary.identity(of: $0.name))
    }) {
      numbers[key] = entry.label
    }
  }
  guard !numbers.isEmpty else {
    throw AdaptError.noCommonStructure(
      contours: found.map(\.name),
      model: wanted.entries.map(\.name)
    )
  }
  return numbers
}
