internal import Anatomy
public import Foundation
internal import Volumes

/// What a structure set says of the program that made it, and of when.
public struct StructureSetOrigin: Sendable {
  /// Manufacturer's Model Name: the program.
  public var program: String
  /// Software Versions.
  public var version: String
  /// How the contours came about; up to 1024 characters.
  public var description: String
  /// When.
  public var date: Date
  /// The UIDs of the new series and object.
  public var identifiers: UniqueIdentifiers

  /// An origin; by default now, with UIDs of its own.
  public init(
    program: String = "Delineate",
    version: String,
    description: String = "",
    date: Date = Date(),
    identifiers: UniqueIdentifiers = UniqueIdentifiers()
  ) {
    self.program = program
    self.version = version
    self.description = description
    self.date = date
    self.identifiers = identifiers
  }
}

extension StructureSet {
  /// SOP Class UID of RT structure sets.
  static let sopClass = "1.2.840.10008.5.1.4.1.1.481.3"

  /// The RT Structure Set object whose contours lie on a series' slices.
  ///
  /// Patient and study are those of the images, byte by byte. Every image is referenced, and each
  /// contour names the image of its slice. Not approved: a person must do that.
  /// - Parameters:
  ///   - series: The images. A contour's `slice` is an index into its stack.
  ///   - origin: The program, and when.
  /// - Returns: The object, in implicit little endian: contours may be longer than explicit lengths.
  public func object(on series: ImageSeries, origin: StructureSetOrigin) -> DICOMObject {
    let characters = CharacterSet(series.identity)
    var identifiers = origin.identifiers
    var set = series.identity
    func text(_ value: String, limit: Int) -> [UInt8] {
      Array(characters.bytes(value.replacing("\\", with: "/")).prefix(limit))
    }
    for tag in Self.mayBeEmpty where set[tag.0] == nil { set.set(tag.0, tag.1, "") }
    let (day, time) = Self.dateAndTime(origin.date)
    let class_ = Self.sopClass
    set.set(.instanceCreationDate, "DA", day)
    set.set(.instanceCreationTime, "TM", time)
    set.set(.sopClass, "UI", class_)
    set.set(.seriesUID, "UI", identifiers.next())
    set.set(.sopInstance, "UI", identifiers.next())
    set.set(.seriesDate, "DA", day)
    set.set(.seriesTime, "TM", time)
    set.set(.modality, "CS", "RTSTRUCT")
    set.set(.manufacturer, "LO", bytes: text(origin.program, limit: 64))
    set.set(.seriesDescription, "LO", bytes: text(label, limit: 64))
    set.set(.operatorsName, "PN", "")
    set.set(.modelName, "LO", bytes: text(origin.program, limit: 64))
    set.set(.softwareVersions, "LO", bytes: text(origin.version, limit: 64))
    set.set(.seriesNumber, "IS", "")
    set.set(.frameOfReference, "UI", series.frameOfReference)
    set.set(.structureSetLabel, "SH", bytes: text(label, limit: 16))
    set.set(.structureSetName, "LO", bytes: text(label, limit: 64))
    set.set(.structureSetDescription, "ST", bytes: text(origin.description, limit: 1024))
    set.set(.structureSetDate, "DA", day)
    set.set(.structureSetTime, "TM", time)
    set.set(.referencedFrames, items: [Self.references(to: series)])
    set.set(
      .structureSetROIs,
      items: structures.map { structure in
        var item = DataSet()
        item.set(.roiNumber, "IS", "\(structure.number)")
        item.set(.referencedFrameOfReference, "UI", series.frameOfReference)
        item.set(.roiName, "LO", bytes: text(structure.name, limit: 64))
        if !structure.description.isEmpty {
          item.set(.roiDescription, "ST", bytes: text(structure.description, limit: 1024))
        }
        item.set(.roiGenerationAlgorithm, "CS", structure.generation)
        return item
      }
    )
    set.set(.roiContours, items: structures.map { $0.contourItem(on: series) })
    set.set(
      .roiObservations,
      items: structures.map { structure in
        var item = DataSet()
        item.set(.observationNumber, "IS", "\(structure.number)")
        item.set(.referencedROI, "IS", "\(structure.number)")
        item.set(.interpretedType, "CS", structure.interpretedType)
        item.set(.interpreter, "PN", "")
        return item
      }
    )
    set.set(.approvalStatus, "CS", "UNAPPROVED")
    return DICOMObject(transferSyntax: "1.2.840.10008.1.2", dataSet: set)
  }

  /// Attributes that must be there, if only empty (type 2).
  private static let mayBeEmpty: [(Tag, String)] = [
    (.patientName, "PN"), (.patientID, "LO"), (.birthDate, "DA"), (.sex, "CS"), (.studyDate, "DA"),
    (.studyTime, "TM"), (.referringPhysician, "PN"), (.studyID, "SH"), (.accessionNumber, "SH"),
    (.positionReference, "LO"),
  ]

  /// Every image of the series, by frame of reference, study and series.
  private static func references(to series: ImageSeries) -> DataSet {
    var inSeries = DataSet()
    inSeries.set(.seriesUID, "UI", series.uid)
    inSeries.set(.contourImages, items: series.instances.map(\.reference))
    var inStudy = DataSet()
    // The class that stands for a study here is retired, but readers ask for it.
    inStudy.set(.referencedClass, "UI", "1.2.840.10008.3.1.2.3.1")
    inStudy.set(.referencedInstance, "UI", series.studyUID)
    inStudy.set(.referencedSeries, items: [inSeries])
    var frame = DataSet()
    frame.set(.frameOfReference, "UI", series.frameOfReference)
    frame.set(.referencedStudies, items: [inStudy])
    return frame
  }

  private static func dateAndTime(_ date: Date) -> (String, String) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second],
      from: date
    )
    func digits(_ number: Int?, _ count: Int) -> String {
      let text = "\(number ?? 0)"
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return (
      digits(parts.year, 4) + digits(parts.month, 2) + digits(parts.day, 2),
      digits(parts.hour, 2) + digits(parts.minute, 2) + digits(parts.second, 2)
    )
  }
}

extension ImageSeries.Instance {
  /// An item that refers to the image.
  fileprivate var reference: DataSet {
    var item = DataSet()
    item.set(.referencedClass, "UI", sopClass)
    item.set(.referencedInstance, "UI", sopInstance)
    return item
  }
}

extension StructureSet.Structure {
  /// The item of ROI Contour Sequence; without contours, it has no Contour Sequence.
  fileprivate func contourItem(on series: ImageSeries) -> DataSet {
    var item = DataSet()
    let color = color ?? StructureColor.palette(number)
    item.set(.roiColor, "IS", "\(color.red)\\\(color.green)\\\(color.blue)")
    let usable = contours.filter { !$0.points.isEmpty }
    if !usable.isEmpty {
      item.set(
        .contours,
        items: usable.enumerated().map { index, contour in
          var item = DataSet()
          if let slice = contour.slice, series.instances.indices.contains(slice) {
            item.set(.contourImages, items: [series.instances[slice].reference])
          }
          item.set(.contourGeometricType, "CS", "CLOSED_PLANAR")
          item.set(.contourPointCount, "IS", "\(contour.points.count)")
          item.set(.contourNumber, "IS", "\(index + 1)")
          var text = DecimalText()
          for point in contour.points {
            for axis in 0..<3 { text.append(point.coordinates[axis]) }
          }
          item.set(.contourData, "DS", bytes: text.bytes)
          return item
        }
      )
    }
    item.set(.referencedROI, "IS", "\(number)")
    return item
  }
}
