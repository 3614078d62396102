internal import Anatomy
public import Foundation
internal import Volumes

/// A structure set as a file holds it, and what was met on the way.
public struct StructureSetFile: Sendable {
  /// The structures; contours have no `slice` before ``placed(on:)``.
  public var structureSet: StructureSet
  /// What whoever uses it must know.
  public var findings: [StructureSetFinding]
  /// Frame of Reference UID of the contours; empty where none is named.
  public var frameOfReference: String
  /// Series Instance UIDs of the images referred to.
  public var referencedSeries: [String]
  /// For each structure, the SOP Instance UID that each contour refers to; empty where none.
  var references: [[String]]
}

extension StructureSetFile {
  /// Reads an RT Structure Set file.
  ///
  /// Closed planar contours are kept as they are; whatever cannot be used is left out and found.
  /// - Throws: ``DICOMObjectError`` where the file is damaged or another object.
  public static func read(at url: URL) throws(DICOMObjectError) -> StructureSetFile {
    try StructureSetFile(DICOMObject.read(at: url), file: url.lastPathComponent)
  }

  /// Whether a file is an RT Structure Set, by its first bytes and its SOP class.
  public static func isStructureSet(at url: URL) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: url) else { return false }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: 4096), start.count > 132,
      start.dropFirst(128).prefix(4).elementsEqual("DICM".utf8)
    else { return false }
    return start.firstRange(of: Data(StructureSet.sopClass.utf8)) != nil
  }

  /// The structure set of an object.
  /// - Throws: ``DICOMObjectError/wrongObject(file:found:expected:)``.
  public init(_ object: DICOMObject, file: String) throws(DICOMObjectError) {
    let set = object.dataSet
    let characters = CharacterSet(set)
    guard set.text(.sopClass) == StructureSet.sopClass || set.text(.modality) == "RTSTRUCT" else {
      let found = set.text(.modality) ?? "an object without a modality"
      throw .wrongObject(file: file, found: found, expected: "an RT Structure Set")
    }
    var structures: [StructureSet.Structure] = []
    var findings: [StructureSetFinding] = []
    var places: [Int: Int] = [:]
    for item in set.items(.structureSetROIs) {
      let number = item.integers(.roiNumber).first ?? 0
      let name = item.text(.roiName, in: characters)
      if name == nil { findings.append(.noName(number: number)) }
      let structure = StructureSet.Structure(
        number: number,
        name: name ?? "ROI_\(number)",
        description: item.text(.roiDescription, in: characters) ?? "",
        generation: item.text(.roiGenerationAlgorithm) ?? "",
        interpretedType: "",
        contours: []
      )
      if places[number] == nil {
        places[number] = structures.count
      } else {
        findings.append(.doubledNumber(number: number, structure: structure.name))
      }
      structures.append(structure)
    }
    var references = [[String]](repeating: [], count: structures.count)
    for item in set.items(.roiContours) {
      let number = item.integers(.referencedROI).first ?? 0
      let contours = item.items(.contours)
      guard let place = places[number] else {
        findings.append(.unknownStructure(number: number, contours: contours.count))
        continue
      }
      let color = item.integers(.roiColor).compactMap { UInt8(exactly: $0) }
      if color.count == 3 {
        structures[place].color = StructureColor(color[0], color[1], color[2])
      }
      let read = ContourItems(contours, structure: structures[place].name)
      structures[place].contours += read.contours
      references[place] += read.references
      findings += read.findings
    }
    for item in set.items(.roiObservations) {
      guard let number = item.integers(.referencedROI).first, let place = places[number] else {
        continue
      }
      structures[place].interpretedType = item.text(.interpretedType) ?? ""
    }
    findings += structures.filter(\.contours.isEmpty).map { .noContours(structure: $0.name) }
    structureSet = StructureSet(
      label: set.text(.structureSetLabel, in: characters) ?? "",
      structures: structures
    )
    self.findings = findings
    self.references = references
    let frames = set.items(.referencedFrames)
    frameOfReference =
      frames.lazy.compactMap { $0.text(.frameOfReference) }.first
      ?? set.items(.structureSetROIs).lazy.compactMap { $0.text(.referencedFrameOfReference) }.first
      ?? set.text(.frameOfReference) ?? ""
    referencedSeries = frames.flatMap { $0.items(.referencedStudies) }
      .flatMap { $0.items(.referencedSeries) }.compactMap { $0.text(.seriesUID) }
  }

  /// The structure set with each contour on the slice that it names, and what does not fit the
  /// images: frames of reference, series and images.
  /// - Parameter series: The images.
  /// - Returns: The structure set; where its images are not there, contours keep their position only.
  public func placed(
    on series: ImageSeries
  ) -> (structureSet: StructureSet, findings: [StructureSetFinding]) {
    var result = structureSet
    var found: [StructureSetFinding] = []
    if frameOfReference != series.frameOfReference { found.append(.otherFrameOfReference) }
    if !referencedSeries.isEmpty && !referencedSeries.contains(series.uid) {
      found.append(.otherSeries)
    }
    var slices: [String: Int] = [:]
    for (slice, instance) in series.instances.enumerated() { slices[instance.sopInstance] = slice }
    for (place, references) in references.enumerated() {
      var missing = 0
      for (index, reference) in references.enumerated() where !reference.isEmpty {
        result.structures[place].contours[index].slice = slices[reference]
        if slices[reference] == nil { missing += 1 }
      }
      if missing > 0 {
        let name = result.structures[place].name
        found.append(.missingImages(structure: name, count: missing))
      }
    }
    return (result, found)
  }
}

/// The contours of one structure, as they are read.
private struct ContourItems {
  var contours: [PlanarContour] = []
  var references: [String] = []
  var findings: [StructureSetFinding] = []

  init(_ items: [DataSet], structure: String) {
    var others: [String: Int] = [:]
    var (bad, miscounted) = (0, 0)
    for item in items {
      let kind = item.text(.contourGeometricType) ?? "CLOSED_PLANAR"
      // CLOSEDPLANAR_XOR says of itself what is done with all: an odd number around is inside.
      guard ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"].contains(kind) else {
        others[kind, default: 0] += 1
        continue
      }
      guard let numbers = item.decimals(.contourData), !numbers.isEmpty,
        numbers.count.isMultiple(of: 3)
      else {
        bad += 1
        continue
      }
      if let count = item.integers(.contourPointCount).first, count != numbers.count / 3 {
        miscounted += 1
      }
      contours.append(
        PlanarContour(
          points: stride(from: 0, to: numbers.count, by: 3).map {
            Point(numbers[$0], numbers[$0 + 1], numbers[$0 + 2])
          }
        )
      )
      references.append(
        item.items(.contourImages).lazy.compactMap { $0.text(.referencedInstance) }.first ?? ""
      )
    }
    for (kind, count) in others.sorted(by: { $0.key < $1.key }) {
      findings.append(.notClosedPlanar(structure: structure, kind: kind, count: count))
    }
    if bad > 0 { findings.append(.badCoordinates(structure: structure, count: bad)) }
    if miscounted > 0 {
      findings.append(.wrongPointCount(structure: structure, count: miscounted))
    }
  }
}
