public import Anatomy
public import DICOMStudies
public import ImageProcessing
public import Volumes

/// The structures of an RT structure set as voxels of a grid.
public struct ImportedStructures: Sendable {
  /// One structure.
  public struct Structure: Sendable {
    /// Its name in the structure set.
    public var name: String
    /// Its color there.
    public var color: StructureColor?
    /// Its voxels.
    public var mask: CroppedMask
  }

  /// The structures in the set's order; those without contours are empty.
  public var structures: [Structure]
  /// Sentences on what could not be taken as it is.
  public var notes: [String]

  /// Fills a structure set's contours.
  /// - Parameters:
  ///   - file: The structure set.
  ///   - grid: Where the voxels lie.
  ///   - rule: When a voxel belongs to a structure.
  ///   - series: The images it should refer to, to be checked; `nil` where they are not there.
  public init(
    _ file: StructureSetFile,
    on grid: VoxelGrid,
    rule: RasterRule = .centers,
    series: ImageSeries? = nil
  ) {
    var notes = file.findings.map { "\($0)" }
    if let series { notes += file.placed(on: series).findings.map { "\($0)" } }
    structures = file.structureSet.structures.map { structure in
      let filled = mask(of: structure.contours, on: grid, rule: rule)
      notes += filled.findings.map { "\(structure.name): \($0)" }
      return Structure(name: structure.name, color: structure.color, mask: filled.mask)
    }
    self.notes = notes
  }

  /// The structures as one label map, numbered from 1; of two in one voxel the later counts.
  /// - Returns: The labels, what they stand for, and how many voxels more than one structure has.
  public func labelMap(on grid: VoxelGrid) -> (LabelMap, LabelScheme, overlapping: Int) {
    var labels = LabelMap(repeating: 0, grid: grid)
    var overlapping = 0
    var entries: [LabelScheme.Entry] = []
    for (index, structure) in structures.enumerated() {
      guard let label = UInt16(exactly: index + 1) else { break }
      entries.append(
        LabelScheme.Entry(label: label, name: structure.name, color: structure.color)
      )
      guard let box = structure.mask.box else { continue }
      var place = 0
      for k in box.k {
        for j in box.j {
          for i in box.i {
            if structure.mask.voxels[place] != 0 {
              if labels[i, j, k] != 0 { overlapping += 1 }
              labels[i, j, k] = label
            }
            place += 1
          }
        }
      }
    }
    return (labels, LabelScheme(entries: entries), overlapping)
  }
}
