internal import Foundation

/// Begins the objects that are made for a series of images: whose they are, and who made them.
struct ObjectWriter {
  private let series: ImageSeries
  private let origin: ObjectOrigin
  private let characters: CharacterSet

  init(_ series: ImageSeries, _ origin: ObjectOrigin) {
    self.series = series
    self.origin = origin
    characters = CharacterSet(series.identity)
  }

  /// Text in the images' character set, without backslashes, which would part values.
  func text(_ value: String, limit: Int) -> [UInt8] {
    Array(characters.bytes(value.replacing("\\", with: "/")).prefix(limit))
  }

  /// The attributes that every object begins with: patient and study as the images have them, byte
  /// by byte; a new series and object; the program.
  func header(class sopClass: String, modality: String, description: String) -> DataSet {
    var identifiers = origin.identifiers
    var set = series.identity
    for tag in Self.mayBeEmpty where set[tag.0] == nil { set.set(tag.0, tag.1, "") }
    let (day, time) = dateAndTime
    set.set(.instanceCreationDate, "DA", day)
    set.set(.instanceCreationTime, "TM", time)
    set.set(.sopClass, "UI", sopClass)
    set.set(.seriesUID, "UI", identifiers.next())
    set.set(.sopInstance, "UI", identifiers.next())
    set.set(.seriesDate, "DA", day)
    set.set(.seriesTime, "TM", time)
    set.set(.modality, "CS", modality)
    set.set(.manufacturer, "LO", bytes: text(origin.program, limit: 64))
    set.set(.seriesDescription, "LO", bytes: text(description, limit: 64))
    set.set(.modelName, "LO", bytes: text(origin.program, limit: 64))
    set.set(.softwareVersions, "LO", bytes: text(origin.version, limit: 64))
    set.set(.seriesNumber, "IS", "")
    set.set(.frameOfReference, "UI", series.frameOfReference)
    return set
  }

  /// The UID of how an object's frames are ordered: the third of the origin's.
  var dimensionOrganization: String {
    var identifiers = origin.identifiers
    _ = (identifiers.next(), identifiers.next())
    return identifiers.next()
  }

  /// Attributes that must be there, if only empty (type 2).
  private static let mayBeEmpty: [(Tag, String)] = [
    (.patientName, "PN"), (.patientID, "LO"), (.birthDate, "DA"), (.sex, "CS"), (.studyDate, "DA"),
    (.studyTime, "TM"), (.referringPhysician, "PN"), (.studyID, "SH"), (.accessionNumber, "SH"),
    (.positionReference, "LO"),
  ]

  /// The origin's date and time in Greenwich, as DICOM writes them.
  var dateAndTime: (String, String) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second],
      from: origin.date
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
  var reference: DataSet {
    var item = DataSet()
    item.set(.referencedClass, "UI", sopClass)
    item.set(.referencedInstance, "UI", sopInstance)
    return item
  }
}
