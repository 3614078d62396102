public import Anatomy
public import DICOMStudies
internal import Foundation
public import ImageProcessing
public import Volumes

/// How a label map becomes an RT structure set.
public struct StructureSetExport: Sendable {
  /// Tolerance and holes of the contours.
  public var contours: ContourOptions
  /// The clinic's own names; where it has none, structures have those of TG-263.
  public var names: ClinicNames
  /// Structures that follow from others.
  public var rules: [DerivedStructure]
  /// The only structures that are written, in any spelling; all where there are none.
  ///
  /// Rules may use the others.
  public var structures: [String]
  /// Structure Set Label, at most 16 characters.
  public var label: String
  /// The model that drew the labels, with its version and hash; empty where it is not known.
  public var model: String
  /// How many threads work.
  public var threads: Int

  /// An export; by default contours to 0.1 mm, holes of their own, TG-263's names.
  public init(
    contours: ContourOptions = ContourOptions(),
    names: ClinicNames = ClinicNames(),
    rules: [DerivedStructure] = [],
    structures: [String] = [],
    label: String = "Delineate",
    model: String = "",
    threads: Int = 1
  ) {
    self.contours = contours
    self.names = names
    self.rules = rules
    self.structures = structures
    self.label = label
    self.model = model
    self.threads = threads
  }

  /// A structure set, and what its reader must know.
  public struct Result: Sendable {
    /// The structures in the scheme's order, then those made by rules.
    public var structureSet: StructureSet
    /// Sentences: structures without a voxel, names that were changed.
    public var notes: [String]
  }

  /// The structures of a label map, as contours on a series' slices.
  /// - Parameters:
  ///   - labels: In any orientation whose planes are the slices; of an uneven series, a plane for each.
  ///   - scheme: What the labels stand for; others are called by their number.
  ///   - series: The images.
  ///   - scan: The scan on the label map's grid, where rules crop to the body; HU where `isCT`.
  ///   - isCT: Whether the scan is a CT.
  /// - Returns: Structures without a voxel are left out and named in the notes.
  /// - Throws: ``SliceMismatch``, or ``DerivedStructureError``.
  public func callAsFunction(
    _ labels: LabelMap,
    scheme: LabelScheme?,
    on series: ImageSeries,
    scan: Volume<Float>? = nil,
    isCT: Bool = true
  ) throws -> Result {
    let found = try ImageProcessing.contours(
      of: labels,
      on: series.stack,
      options: contours,
      threads: threads
    )
    let entries = scheme?.entries ?? []
    let unnamed = found.keys.sorted().filter { label in !entries.contains { $0.label == label } }
      .map { LabelScheme.Entry(label: $0, name: "Label_\($0)") }
    var namer = StructureNamer(clinic: names)
    var structures: [StructureSet.Structure] = []
    var missing: [String] = []
    var sources: [String: UInt16] = [:]
    for entry in entries + unnamed {
      sources[StructureVocabulary.standard.identity(of: entry.name)] = entry.label
      guard isWanted(entry.name) else { continue }
      guard let outlines = found[entry.label], !outlines.isEmpty else {
        missing.append(entry.name)
        continue
      }
      var structure = namer.structure(
        entry.name,
        number: structures.count + 1,
        color: entry.color,
        contours: outlines
      )
      structure.description = model
      structures.append(structure)
    }
    var notes = missing.isEmpty ? [] : ["Not found: \(missing.joined(separator: ", "))."]
    if !rules.isEmpty {
      var masks = StructureMasks(labels, sources: sources)
      for rule in rules {
        let mask = try masks.apply(rule, scan: scan, isCT: isCT, threads: threads)
        let outlines = try ImageProcessing.contours(
          of: mask,
          on: series.stack,
          options: contours,
          threads: threads
        )
        guard !outlines.isEmpty else {
          notes.append("\(rule.name) is empty; left out.")
          continue
        }
        var structure = namer.structure(
          rule.name,
          number: structures.count + 1,
          color: rule.color.flatMap { StructureColor(hexadecimal: $0) },
          contours: outlines
        )
        if let type = rule.type { structure.interpretedType = type }
        structure.description = rule.words
        structures.append(structure)
      }
    }
    let unknown = self.structures.filter { name in
      !(entries + unnamed).contains { isSame($0.name, name) }
        && !rules.contains {
          isSame($0.name, name)
        }
    }
    if !unknown.isEmpty { notes.append("Not known: \(unknown.joined(separator: ", ")).") }
    return Result(
      structureSet: StructureSet(label: label, structures: structures),
      notes: notes + namer.notes
    )
  }
}

extension StructureSetExport {
  private func isSame(_ first: String, _ second: String) -> Bool {
    let vocabulary = StructureVocabulary.standard
    return vocabulary.identity(of: first) == vocabulary.identity(of: second)
  }

  private func isWanted(_ name: String) -> Bool {
    structures.isEmpty || structures.contains { isSame($0, name) }
  }
}

extension DerivedStructure {
  /// How the structure came about, for its description.
  fileprivate var words: String {
    var words = [union.map { $0.joined(separator: " or ") } ?? ""]
    if let intersection { words = [intersection.joined(separator: " and ")] }
    if let margin { words.append("margin \(margin) mm") }
    if let minus { words.append("without \(minus.joined(separator: ", "))") }
    if crop != nil { words.append("cropped to the body") }
    return words.joined(separator: ", ")
  }
}
