public import Foundation
public import Volumes

/// A CT that was drawn or computed, as a DICOM series: a patient to try things with.
///
/// The patient says that it is none: Quality Control Subject is YES, and the images are derived.
public struct DrawnSeries: Sendable {
  /// The voxels in Hounsfield units; their planes become the slices.
  public let scan: Volume<Float>
  /// The patient's identifier, and name; ASCII.
  public let patient: String
  /// The program, when, and which UIDs.
  public let origin: ObjectOrigin

  /// A series of a patient.
  public init(_ scan: Volume<Float>, patient: String, origin: ObjectOrigin) {
    self.scan = scan
    self.patient = patient
    self.origin = origin
  }

  /// Writes the slices as 0001.dcm, 0002.dcm, … of a folder, which is made.
  /// - Throws: ``DICOMObjectError``, or the system's error where a file cannot be written.
  public func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var identifiers = origin.identifiers
    let study = identifiers.next()
    let series = identifiers.next()
    let frame = identifiers.next()
    var common = DataSet()
    for (tag, representation, text) in attributes { common.set(Tag(tag), representation, text) }
    for (tag, number) in numbers {
      common.set(Tag(tag), "US", bytes: [UInt8(number & 0xFF), UInt8(number >> 8 & 0xFF)])
    }
    common.set(.studyUID, "UI", study)
    common.set(.seriesUID, "UI", series)
    common.set(.frameOfReference, "UI", frame)
    for k in 0..<scan.grid.size.z {
      let bytes = try slice(k, common, uid: identifiers.next()).encoded()
      let number = String(10_001 + k).dropFirst()
      try bytes.write(to: folder.appending(path: "\(number).dcm"))
    }
  }

  private func slice(_ k: Int, _ common: DataSet, uid: String) -> DICOMObject {
    let grid = scan.grid
    var set = common
    let place = grid.patientFromVoxel(Point(0, 0, Double(k))).coordinates
    set.set(.sopInstance, "UI", uid)
    set.set(Tag(0x0020_0013), "IS", "\(k + 1)")
    set.set(.position, "DS", decimals([place.x, place.y, place.z]))
    let count = grid.size.x * grid.size.y
    var pixels: [UInt8] = []
    pixels.reserveCapacity(2 * count)
    for value in scan.voxels[k * count..<(k + 1) * count] {
      let stored = Int16(min(max(value.isFinite ? value : -1024, -1024), 32767).rounded())
      pixels.append(UInt8(truncatingIfNeeded: stored))
      pixels.append(UInt8(truncatingIfNeeded: stored >> 8))
    }
    set.set(.pixelData, "OW", bytes: pixels)
    return DICOMObject(transferSyntax: "1.2.840.10008.1.2.1", dataSet: set)
  }

  /// What all slices say.
  private var attributes: [(UInt32, String, String)] {
    let grid = scan.grid
    let spacing = grid.spacing
    let (row, column) = (grid.direction.x, grid.direction.y)
    let axes = [row.x, row.y, row.z, column.x, column.y, column.z]
    return [
      (0x0008_0005, "CS", "ISO_IR 192"), (0x0008_0008, "CS", "DERIVED\\SECONDARY\\AXIAL"),
      (0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2"), (0x0008_0020, "DA", "20260101"),
      (0x0008_0030, "TM", "120000"), (0x0008_0050, "SH", ""), (0x0008_0060, "CS", "CT"),
      (0x0008_0070, "LO", origin.program), (0x0008_0090, "PN", ""),
      (0x0008_1030, "LO", "Drawn patient"), (0x0008_103E, "LO", "Drawn head and neck"),
      (0x0008_2111, "ST", "Drawn, not scanned"), (0x0010_0010, "PN", patient),
      (0x0010_0020, "LO", patient), (0x0010_0030, "DA", ""), (0x0010_0040, "CS", "O"),
      (0x0010_0200, "CS", "YES"), (0x0018_0050, "DS", decimals([spacing.z])),
      (0x0018_0015, "CS", "HEADNECK"), (0x0018_0060, "DS", ""),
      (0x0018_5100, "CS", "HFS"), (0x0020_0010, "SH", "1"),
      (0x0020_0011, "IS", "1"), (0x0020_0012, "IS", ""),
      (0x0020_0037, "DS", decimals(axes)),
      (0x0020_1040, "LO", ""), (0x0028_0004, "CS", "MONOCHROME2"),
      (0x0028_0030, "DS", decimals([spacing.y, spacing.x])), (0x0028_1052, "DS", "0"),
      (0x0028_1053, "DS", "1"), (0x0028_1054, "LO", "HU"),
    ]
  }

  private var numbers: [(UInt32, Int)] {
    [
      (0x0028_0002, 1), (0x0028_0010, scan.grid.size.y), (0x0028_0011, scan.grid.size.x),
      (0x0028_0100, 16), (0x0028_0101, 16), (0x0028_0102, 15), (0x0028_0103, 1),
    ]
  }

  /// Numbers of at most 16 characters each, as DS has them, to a hundred-millionth of a millimeter.
  private func decimals(_ values: [Double]) -> String {
    values.map { value in
      let rounded = (value * 1e8).rounded() / 1e8
      return String("\(rounded == 0 ? 0 : rounded)".prefix(16))
    }.joined(separator: "\\")
  }
}
