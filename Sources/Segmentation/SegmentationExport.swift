public import Anatomy
public import DICOMStudies
internal import ImageProcessing
public import Volumes

/// How a label map becomes a DICOM Segmentation.
public struct SegmentationExport: Sendable {
  /// The clinic's own names; where it has none, structures have those of TG-263.
  public var names: ClinicNames
  /// The object's description.
  public var label: String
  /// What drew the labels; at most 64 characters.
  public var model: String

  /// An export; by default with TG-263's names.
  public init(
    names: ClinicNames = ClinicNames(),
    label: String = "Delineate",
    model: String = ""
  ) {
    self.names = names
    self.label = label
    self.model = model
  }

  /// A segmentation, and what its reader must know.
  public struct Result: Sendable {
    /// The structures in the scheme's order.
    public var segmentation: SegmentationSet
    /// Sentences: structures without a voxel, names that were changed.
    public var notes: [String]
  }

  /// The structures of a label map, as pixels of a series' slices.
  /// - Parameters:
  ///   - labels: In any orientation whose planes are the slices.
  ///   - scheme: What the labels stand for; others are called by their number.
  ///   - series: The images.
  /// - Returns: Structures without a voxel are left out and named in the notes.
  /// - Throws: `SliceMismatch` where the label map's voxels are not the series' pixels.
  public func callAsFunction(
    _ labels: LabelMap,
    scheme: LabelScheme?,
    on series: ImageSeries
  ) throws -> Result {
    let slices = try slicePixels(of: labels, on: series.stack)
    var present: Set<UInt16> = []
    for slice in slices {
      var last: UInt16 = 0
      for label in slice where label != last {
        last = label
        if label > 0 { present.insert(label) }
      }
    }
    let entries = scheme?.entries ?? []
    let unnamed = present.sorted().filter { label in !entries.contains { $0.label == label } }
      .map { LabelScheme.Entry(label: $0, name: "Label_\($0)") }
    var namer = StructureNamer(clinic: names)
    var segments: [SegmentationSet.Segment] = []
    var missing: [String] = []
    for entry in entries + unnamed {
      guard present.contains(entry.label) else {
        missing.append(entry.name)
        continue
      }
      let structure = namer.structure(
        entry.name,
        number: Int(entry.label),
        color: entry.color,
        contours: []
      )
      segments.append(
        SegmentationSet.Segment(
          label: entry.label,
          name: structure.name,
          concept: StructureVocabulary.standard.concept(of: entry.name),
          color: structure.color ?? .palette(Int(entry.label)),
          algorithm: model.isEmpty ? "Delineate" : String(model.prefix(64))
        )
      )
    }
    let notes = missing.isEmpty ? [] : ["Not found: \(missing.joined(separator: ", "))."]
    return Result(
      segmentation: SegmentationSet(label: label, segments: segments, slices: slices),
      notes: notes + namer.notes
    )
  }
}

extension ImportedStructures {
  /// The structures of a DICOM Segmentation.
  /// - Parameters:
  ///   - file: The segmentation.
  ///   - grid: Where the voxels lie, in any orientation whose planes are the segmentation's.
  ///   - series: The images it should refer to, to be checked; `nil` where they are not there.
  /// - Throws: `SliceMismatch` where the segmentation's pixels are not the grid's voxels.
  public init(
    _ file: SegmentationFile,
    on grid: VoxelGrid,
    series: ImageSeries? = nil
  ) throws {
    var structures: [Structure] = []
    var notes: [String] = []
    if let series {
      if series.frameOfReference != file.frameOfReference {
        notes.append("The segmentation has another frame of reference than the images.")
      }
      if !file.referencedSeries.isEmpty && !file.referencedSeries.contains(series.uid) {
        notes.append("The segmentation refers to another series than the images'.")
      }
    }
    for segment in file.segments {
      let mask = try ImageProcessing.mask(
        ofPixels: { file.pixels(of: segment, slice: $0) },
        of: file.stack,
        on: grid
      )
      if mask.isEmpty { notes.append("\(segment.name): no voxel.") }
      structures.append(Structure(name: segment.name, color: segment.color, mask: mask))
    }
    self.structures = structures
    self.notes = notes
  }
}
