internal import Foundation
internal import Volumes

/// What a study's list needs of one object: who, what, and where it lies.
struct InstanceHeader: Sendable {
  var file: String
  var transferSyntax: String
  var sopClass: String
  var sopInstance: String
  var modality: String
  var imageType: [String]
  var patientID: String
  var patientName: String
  var studyUID: String
  var seriesUID: String
  var seriesNumber: Int?
  var seriesDescription: String
  var frameOfReference: String
  var frameCount: Int
  var geometry: Geometry?
  /// What another object of the same study takes over.
  var identity: DataSet

  /// Where an image lies in the patient.
  struct Geometry: Hashable, Sendable {
    /// Columns and rows.
    var size: SIMD2<Int>
    /// The distance between columns and between rows, in mm.
    var spacing: SIMD2<Double>
    var origin: SIMD3<Double>
    var row: SIMD3<Double>
    var column: SIMD3<Double>

    var normal: SIMD3<Double> { cross(row, column) }
  }

  init(_ object: DICOMObject, file: String) {
    let set = object.dataSet
    let characters = CharacterSet(set)
    func text(_ tag: Tag) -> String { set.text(tag, in: characters) ?? "" }
    self.file = file
    transferSyntax = object.transferSyntax
    sopClass = text(.sopClass)
    sopInstance = text(.sopInstance)
    modality = text(.modality)
    imageType = set.texts(.imageType)
    patientID = text(.patientID)
    patientName = text(.patientName)
    studyUID = text(.studyUID)
    seriesUID = text(.seriesUID)
    seriesNumber = set.integers(.seriesNumber).first
    seriesDescription = text(.seriesDescription)
    frameOfReference = text(.frameOfReference)
    frameCount = set.integers(.frameCount).first ?? 1
    geometry = Geometry(set)
    identity = set.identity
  }
}

extension InstanceHeader.Geometry {
  /// `nil` where the image has no place in space, or not one that can be used.
  init?(_ set: DataSet) {
    guard let place = set.decimals(.position), place.count == 3,
      let axes = set.decimals(.orientation), axes.count == 6,
      let distances = set.decimals(.pixelSpacing), distances.count == 2,
      let rows = set.integers(.rows).first, let columns = set.integers(.columns).first
    else { return nil }
    size = [columns, rows]
    // DICOM gives the distance between rows first (PS3.3, section 10.7.1.3).
    spacing = [distances[1], distances[0]]
    origin = [place[0], place[1], place[2]]
    row = [axes[0], axes[1], axes[2]]
    column = [axes[3], axes[4], axes[5]]
  }
}

extension DataSet {
  /// The patient's and the study's attributes, and the frame of reference, with their character set.
  var identity: DataSet {
    var copy = DataSet()
    for element in elements where Self.identityTags.contains(element.tag) {
      copy[element.tag] = element
    }
    return copy
  }

  private static let identityTags: Set<Tag> = Set(
    [
      0x0008_0005, 0x0008_0020, 0x0008_0030, 0x0008_0050, 0x0008_0090, 0x0008_1030, 0x0010_0010,
      0x0010_0020, 0x0010_0021, 0x0010_0030, 0x0010_0032, 0x0010_0040, 0x0010_1010, 0x0010_1020,
      0x0010_1030, 0x0010_2160, 0x0012_0062, 0x0012_0063, 0x0020_000D, 0x0020_0010, 0x0020_0052,
      0x0020_1040,
    ].map { Tag($0) }
  )
}
