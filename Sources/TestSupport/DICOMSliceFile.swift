public import Foundation
public import Volumes

/// A CT slice as scanners write it, for tests: all attributes that other programs ask for.
public struct DICOMSliceFile {
  /// Columns and rows.
  public var size: SIMD2<Int>
  /// The distance between columns and between rows, in mm.
  public var spacing: SIMD2<Double>
  /// The center of the first pixel; LPS, mm.
  public var origin: SIMD3<Double>
  /// The unit vectors along a row and along a column.
  public var axes: (row: SIMD3<Double>, column: SIMD3<Double>)
  /// Its number, from 1.
  public var number: Int
  /// What the series' UIDs end in.
  public var series = 1
  /// "CT" or "MR".
  public var modality = "CT"
  /// Image Type.
  public var imageType = "ORIGINAL\\PRIMARY\\AXIAL"
  /// Specific Character Set.
  public var characterSet = "ISO_IR 100"
  /// The patient's name, in that character set.
  public var patientName: [UInt8] = Array("Test^Phantom".utf8)
  /// The pixels, row by row; zeros where there are none.
  public var pixels: [Int16] = []
  /// Elements that replace the usual ones; `nil` removes one.
  public var changes: [UInt32: [UInt8]?] = [:]

  /// A slice.
  public init(
    size: SIMD2<Int>,
    spacing: SIMD2<Double>,
    origin: SIMD3<Double>,
    axes: (row: SIMD3<Double>, column: SIMD3<Double>),
    number: Int
  ) {
    self.size = size
    self.spacing = spacing
    self.origin = origin
    self.axes = axes
    self.number = number
  }

  /// The root of all UIDs here.
  public static let root = "1.2.826.0.1.3680043.10.1561"

  /// SOP Instance UID.
  public var instanceUID: String { "\(Self.root).\(series).\(number)" }

  /// The file, in explicit little endian.
  public var bytes: Data {
    var meta = Data()
    append(&meta, 0x0002_0001, "OB", [0, 1])
    append(&meta, 0x0002_0002, "UI", text(sopClass))
    append(&meta, 0x0002_0003, "UI", text(instanceUID))
    append(&meta, 0x0002_0010, "UI", text("1.2.840.10008.1.2.1"))
    append(&meta, 0x0002_0012, "UI", text("\(Self.root).0"))
    var file = Data(count: 128) + Data("DICM".utf8)
    append(&file, 0x0002_0000, "UL", number32(meta.count))
    file += meta
    for (tag, representation, value) in elements {
      switch changes[tag] {
      case .some(.none): continue
      case .some(.some(let other)): append(&file, tag, representation, other)
      case .none: append(&file, tag, representation, value)
      }
    }
    return file
  }

  /// The slices of a volume as the files 1.dcm, 2.dcm, … of a folder, which is made.
  /// - Parameters:
  ///   - volume: HU or intensities from -32768 to 32767.
  ///   - folder: Where the files go.
  ///   - change: What is different about a slice.
  /// - Throws: The system's error where a file cannot be written.
  public static func write(
    _ volume: Volume<Float>,
    to folder: URL,
    change: (inout DICOMSliceFile) -> Void = { _ in }
  ) throws {
    let grid = volume.grid
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let count = grid.size.x * grid.size.y
    for k in 0..<grid.size.z {
      var slice = DICOMSliceFile(
        size: [grid.size.x, grid.size.y],
        spacing: [grid.spacing.x, grid.spacing.y],
        origin: grid.origin + grid.direction.z * (Double(k) * grid.spacing.z),
        axes: (grid.direction.x, grid.direction.y),
        number: k + 1
      )
      slice.pixels = volume.voxels[k * count..<(k + 1) * count].map { Int16($0.rounded()) }
      change(&slice)
      try slice.bytes.write(to: folder.appending(path: "\(k + 1).dcm"))
    }
  }

  private var sopClass: String {
    modality == "MR" ? "1.2.840.10008.5.1.4.1.1.4" : "1.2.840.10008.5.1.4.1.1.2"
  }

  private var elements: [(UInt32, String, [UInt8])] {
    let root = Self.root
    let study: [(UInt32, String, [UInt8])] = [
      (0x0008_0005, "CS", text(characterSet)), (0x0008_0008, "CS", text(imageType)),
      (0x0008_0016, "UI", text(sopClass)), (0x0008_0018, "UI", text(instanceUID)),
      (0x0008_0020, "DA", text("20200101")), (0x0008_0023, "DA", text("20200101")),
      (0x0008_0030, "TM", text("120000")), (0x0008_0033, "TM", text("120000")),
      (0x0008_0050, "SH", text("A1")), (0x0008_0060, "CS", text(modality)),
      (0x0008_0070, "LO", text("Test")), (0x0008_0090, "PN", []),
      (0x0008_1030, "LO", text("Planning")), (0x0010_0010, "PN", patientName),
      (0x0010_0020, "LO", text("P1")), (0x0010_0030, "DA", text("19700101")),
      (0x0010_0040, "CS", text("O")), (0x0018_0050, "DS", text("1")),
      (0x0018_0060, "DS", text("120")), (0x0018_5100, "CS", text("HFS")),
      (0x0020_000D, "UI", text("\(root).9")), (0x0020_000E, "UI", text("\(root).8.\(series)")),
      (0x0020_0010, "SH", text("1")), (0x0020_0011, "IS", text("\(series)")),
      (0x0020_0012, "IS", text("1")), (0x0020_0013, "IS", text("\(number)")),
    ]
    let place = [origin.x, origin.y, origin.z]
    let directions = [
      axes.row.x, axes.row.y, axes.row.z, axes.column.x, axes.column.y, axes.column.z,
    ]
    return study + [
      (0x0020_0032, "DS", numbers(place)), (0x0020_0037, "DS", numbers(directions)),
      (0x0020_0052, "UI", text("\(root).7.\(series)")), (0x0020_1040, "LO", []),
      (0x0028_0002, "US", number16(1)), (0x0028_0004, "CS", text("MONOCHROME2")),
      (0x0028_0010, "US", number16(size.y)), (0x0028_0011, "US", number16(size.x)),
      (0x0028_0030, "DS", numbers([spacing.y, spacing.x])),
      (0x0028_0100, "US", number16(16)), (0x0028_0101, "US", number16(16)),
      (0x0028_0102, "US", number16(15)), (0x0028_0103, "US", number16(1)),
      (0x0028_1052, "DS", text("0")), (0x0028_1053, "DS", text("1")),
      (0x7FE0_0010, "OW", pixelBytes),
    ]
  }

  private var pixelBytes: [UInt8] {
    guard !pixels.isEmpty else { return [UInt8](repeating: 0, count: 2 * size.x * size.y) }
    return pixels.flatMap { number16(Int(UInt16(bitPattern: $0))) }
  }

  private func text(_ value: String) -> [UInt8] { Array(value.utf8) }

  private func numbers(_ values: [Double]) -> [UInt8] {
    text(
      values.map { value in
        let rounded = "\((value * 1e10).rounded() / 1e10)"
        return String(rounded.prefix(16))
      }.joined(separator: "\\")
    )
  }

  private func number16(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }

  private func number32(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func append(
    _ data: inout Data,
    _ tag: UInt32,
    _ representation: String,
    _ value: [UInt8]
  ) {
    let padding: UInt8 = ["UI", "OB", "OW"].contains(representation) ? 0 : 0x20
    let padded = value.count.isMultiple(of: 2) ? value : value + [padding]
    data.append(littleEndian: UInt16(tag >> 16))
    data.append(littleEndian: UInt16(tag & 0xFFFF))
    data.append(contentsOf: representation.utf8)
    if ["OB", "OW"].contains(representation) {
      data.append(littleEndian: UInt16(0))
      data.append(littleEndian: UInt32(padded.count))
    } else {
      data.append(littleEndian: UInt16(padded.count))
    }
    data.append(contentsOf: padded)
  }
}
