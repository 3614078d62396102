/// A DICOM attribute's tag (PS3.6): group and element.
public struct Tag: Hashable, Comparable, Sendable {
  /// The group in the upper half, the element in the lower.
  public let number: UInt32

  /// A tag from its number, as in `0x0010_0010` for the patient's name.
  public init(_ number: UInt32) { self.number = number }

  /// Groups first.
  public static func < (a: Tag, b: Tag) -> Bool { a.number < b.number }

  /// The group.
  public var group: UInt16 { UInt16(number >> 16) }

  /// Whether the attribute is of a manufacturer's own making.
  public var isPrivate: Bool { group % 2 == 1 }
}

extension Tag: CustomStringConvertible {
  /// The tag as the standard writes it: (0010,0010).
  public var description: String {
    func four(_ number: UInt32) -> String {
      let digits = String(number, radix: 16, uppercase: true)
      return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
    return "(\(four(number >> 16)),\(four(number & 0xFFFF)))"
  }
}

extension Tag {
  static let transferSyntax = Tag(0x0002_0010)
  static let characterSet = Tag(0x0008_0005)
  static let imageType = Tag(0x0008_0008)
  static let instanceCreationDate = Tag(0x0008_0012)
  static let instanceCreationTime = Tag(0x0008_0013)
  static let sopClass = Tag(0x0008_0016)
  static let sopInstance = Tag(0x0008_0018)
  static let studyDate = Tag(0x0008_0020)
  static let seriesDate = Tag(0x0008_0021)
  static let studyTime = Tag(0x0008_0030)
  static let seriesTime = Tag(0x0008_0031)
  static let accessionNumber = Tag(0x0008_0050)
  static let modality = Tag(0x0008_0060)
  static let manufacturer = Tag(0x0008_0070)
  static let referringPhysician = Tag(0x0008_0090)
  static let studyDescription = Tag(0x0008_1030)
  static let seriesDescription = Tag(0x0008_103E)
  static let operatorsName = Tag(0x0008_1070)
  static let modelName = Tag(0x0008_1090)
  static let referencedClass = Tag(0x0008_1150)
  static let referencedInstance = Tag(0x0008_1155)
  static let patientName = Tag(0x0010_0010)
  static let patientID = Tag(0x0010_0020)
  static let birthDate = Tag(0x0010_0030)
  static let sex = Tag(0x0010_0040)
  static let softwareVersions = Tag(0x0018_1020)
  static let studyUID = Tag(0x0020_000D)
  static let seriesUID = Tag(0x0020_000E)
  static let studyID = Tag(0x0020_0010)
  static let seriesNumber = Tag(0x0020_0011)
  static let position = Tag(0x0020_0032)
  static let orientation = Tag(0x0020_0037)
  static let frameOfReference = Tag(0x0020_0052)
  static let positionReference = Tag(0x0020_1040)
  static let frameCount = Tag(0x0028_0008)
  static let rows = Tag(0x0028_0010)
  static let columns = Tag(0x0028_0011)
  static let pixelSpacing = Tag(0x0028_0030)
  static let structureSetLabel = Tag(0x3006_0002)
  static let structureSetName = Tag(0x3006_0004)
  static let structureSetDescription = Tag(0x3006_0006)
  static let structureSetDate = Tag(0x3006_0008)
  static let structureSetTime = Tag(0x3006_0009)
  static let referencedFrames = Tag(0x3006_0010)
  static let referencedStudies = Tag(0x3006_0012)
  static let referencedSeries = Tag(0x3006_0014)
  static let contourImages = Tag(0x3006_0016)
  static let structureSetROIs = Tag(0x3006_0020)
  static let roiNumber = Tag(0x3006_0022)
  static let referencedFrameOfReference = Tag(0x3006_0024)
  static let roiName = Tag(0x3006_0026)
  static let roiDescription = Tag(0x3006_0028)
  static let roiColor = Tag(0x3006_002A)
  static let roiGenerationAlgorithm = Tag(0x3006_0036)
  static let roiGenerationDescription = Tag(0x3006_0038)
  static let roiContours = Tag(0x3006_0039)
  static let contours = Tag(0x3006_0040)
  static let contourGeometricType = Tag(0x3006_0042)
  static let contourPointCount = Tag(0x3006_0046)
  static let contourNumber = Tag(0x3006_0048)
  static let contourData = Tag(0x3006_0050)
  static let roiObservations = Tag(0x3006_0080)
  static let observationNumber = Tag(0x3006_0082)
  static let referencedROI = Tag(0x3006_0084)
  static let interpretedType = Tag(0x3006_00A4)
  static let interpreter = Tag(0x3006_00A6)
  static let approvalStatus = Tag(0x300E_0002)
}
