internal import Foundation
internal import Volumes

/// One slice of a series: what its file says of where it lies and how its pixels are stored.
struct DICOMSlice {
  var file: URL
  var seriesUID: String
  var seriesNumber: Int?
  var modality: String
  /// Columns and rows.
  var size: SIMD2<Int>
  /// The distance between columns and between rows, in mm.
  var spacing: SIMD2<Double>
  /// The center of the first pixel; LPS, mm.
  var origin: SIMD3<Double>
  /// Unit vectors along a row and along a column.
  var row: SIMD3<Double>
  var column: SIMD3<Double>
  var pixels: DICOMPixels
  var format: DICOMPixelFormat
  var rescale: Rescale

  /// The direction that slices are stacked in.
  var normal: SIMD3<Double> { cross(row, column) }
  /// Where the slice lies along a direction, in mm.
  func position(along normal: SIMD3<Double>) -> Double { dot(origin, normal) }
}

/// How a slice's pixels are stored (PS3.3, section C.7.6.3).
struct DICOMPixelFormat: Hashable {
  var transferSyntax: String
  var bitsAllocated: Int
  var bitsStored: Int
  var highBit: Int
  var isSigned: Bool
}

/// What a file of a folder turned out to be.
enum DICOMFile {
  /// Not a DICOM file, or one without an image that lies in space: structure sets, reports.
  case other(String)
  case slice(DICOMSlice)
  /// An image that is not read; the reason, and its series.
  case unreadable(seriesUID: String?, modality: String, DICOMSeriesProblem)
}

private enum Wanted {
  static let modality = DICOMTag(0x0008, 0x0060)
  static let seriesUID = DICOMTag(0x0020, 0x000E)
  static let seriesNumber = DICOMTag(0x0020, 0x0011)
  static let position = DICOMTag(0x0020, 0x0032)
  static let orientation = DICOMTag(0x0020, 0x0037)
  static let samples = DICOMTag(0x0028, 0x0002)
  static let photometric = DICOMTag(0x0028, 0x0004)
  static let frames = DICOMTag(0x0028, 0x0008)
  static let rows = DICOMTag(0x0028, 0x0010)
  static let columns = DICOMTag(0x0028, 0x0011)
  static let spacing = DICOMTag(0x0028, 0x0030)
  static let bitsAllocated = DICOMTag(0x0028, 0x0100)
  static let bitsStored = DICOMTag(0x0028, 0x0101)
  static let highBit = DICOMTag(0x0028, 0x0102)
  static let isSigned = DICOMTag(0x0028, 0x0103)
  static let intercept = DICOMTag(0x0028, 0x1052)
  static let slope = DICOMTag(0x0028, 0x1053)

  static let all: Set<DICOMTag> = [
    modality, seriesUID, seriesNumber, position, orientation, samples, photometric, frames, rows,
    columns, spacing, bitsAllocated, bitsStored, highBit, isSigned, intercept, slope,
  ]
}

/// Reads what a volume needs of one file; never its pixels.
func readDICOMFile(at url: URL) -> DICOMFile {
  var data = DICOMDataSet()
  do throws(DICOMDamage) {
    guard var file = try? DICOMBytes(at: url), file.size > 132,
      try file.bytes(at: 128, count: 4).elementsEqual("DICM".utf8)
    else { return .other("files that are not DICOM") }
    try data.read(&file, wanted: Wanted.all)
    guard data.pixels != nil else {
      return .other("\(data.values[Wanted.modality] ?? "other") objects")
    }
    guard data.values[Wanted.position] != nil, data.values[Wanted.orientation] != nil else {
      let frames = data.values[Wanted.frames].flatMap { Int($0) } ?? 1
      return .other(
        frames > 1 && ["CT", "MR"].contains(data.values[Wanted.modality])
          ? "enhanced multi-frame images, which must be split into single slices first"
          : "images without a place in space"
      )
    }
    return try .slice(DICOMSlice(data, at: url))
  } catch {
    return .unreadable(
      seriesUID: data.values[Wanted.seriesUID],
      modality: data.values[Wanted.modality] ?? "",
      .unusableSlice(file: url.lastPathComponent, reason: error.reason)
    )
  }
}

extension DICOMSlice {
  /// Checks the attributes of an image.
  fileprivate init(_ data: DICOMDataSet, at url: URL) throws(DICOMDamage) {
    func text(_ tag: DICOMTag) -> String { data.values[tag] ?? "" }
    func numbers(_ tag: DICOMTag, _ count: Int, _ name: String) throws(DICOMDamage) -> [Double] {
      let words = text(tag).split(separator: "\\", omittingEmptySubsequences: false)
      let numbers = words.compactMap { plainNumber(String($0).trimmed) }
      guard numbers.count == count, words.count == count else {
        throw DICOMDamage(reason: "its \(name) is not made of \(count) finite numbers")
      }
      return numbers
    }
    func integer(_ tag: DICOMTag, _ range: ClosedRange<Int>, _ name: String) throws(DICOMDamage)
      -> Int
    {
      guard let number = plainInteger(text(tag)), range.contains(number) else {
        throw DICOMDamage(
          reason: "its \(name) is not from \(range.lowerBound) to \(range.upperBound)"
        )
      }
      return number
    }
    file = url
    seriesUID = text(Wanted.seriesUID)
    seriesNumber = plainInteger(text(Wanted.seriesNumber))
    modality = text(Wanted.modality)
    size = SIMD2(
      try integer(Wanted.columns, 1...65535, "number of columns"),
      try integer(Wanted.rows, 1...65535, "number of rows")
    )
    let place = try numbers(Wanted.position, 3, "Image Position")
    origin = SIMD3(place[0], place[1], place[2])
    let axes = try numbers(Wanted.orientation, 6, "Image Orientation")
    row = SIMD3(axes[0], axes[1], axes[2])
    column = SIMD3(axes[3], axes[4], axes[5])
    guard (length(row) - 1).magnitude < 1e-3, (length(column) - 1).magnitude < 1e-3,
      dot(row, column).magnitude < 1e-3
    else {
      throw DICOMDamage(reason: "its Image Orientation is not two unit vectors at right angles")
    }
    // DICOM gives the distance between rows first (PS3.3, section 10.7.1.3).
    let distances = try numbers(Wanted.spacing, 2, "Pixel Spacing")
    spacing = SIMD2(distances[1], distances[0])
    guard spacing.min() > 0 else { throw DICOMDamage(reason: "its Pixel Spacing is not positive") }

    guard text(Wanted.frames).isEmpty || plainInteger(text(Wanted.frames)) == 1 else {
      throw DICOMDamage(reason: "it holds several frames, which are not read")
    }
    guard text(Wanted.samples).isEmpty || text(Wanted.samples) == "1",
      text(Wanted.photometric) == "MONOCHROME2"
    else { throw DICOMDamage(reason: "its pixels are not gray values of the kind MONOCHROME2") }
    let allocated = try integer(Wanted.bitsAllocated, 8...32, "number of bits allocated")
    guard [8, 16, 32].contains(allocated) else {
      throw DICOMDamage(reason: "it allocates \(allocated) bits, 8, 16 or 32 are expected")
    }
    let stored = try integer(Wanted.bitsStored, 1...allocated, "number of bits stored")
    format = DICOMPixelFormat(
      transferSyntax: data.transferSyntax,
      bitsAllocated: allocated,
      bitsStored: stored,
      highBit: try integer(Wanted.highBit, (stored - 1)...(allocated - 1), "high bit"),
      isSigned: try integer(Wanted.isSigned, 0...1, "pixel representation") == 1
    )
    rescale = Rescale(
      slope: text(Wanted.slope).isEmpty ? 1 : try numbers(Wanted.slope, 1, "Rescale Slope")[0],
      intercept: text(Wanted.intercept).isEmpty
        ? 0 : try numbers(Wanted.intercept, 1, "Rescale Intercept")[0]
    )
    guard let found = data.pixels else { throw DICOMDamage(reason: "it has no pixels") }
    pixels = found
    try checkPixels()
  }

  /// Refuses pixels that are fewer than the size asks for, and encodings that are not read.
  private func checkPixels() throws(DICOMDamage) {
    switch pixels {
    case .native(_, let length):
      guard DICOMPixelFormat.native.contains(format.transferSyntax) else {
        throw DICOMDamage(reason: "its compressed pixels are not in fragments")
      }
      let expected = size.x * size.y * format.bitsAllocated / 8
      guard length >= expected else {
        throw DICOMDamage(
          reason: "it holds \(length) bytes of pixels where \(expected) are expected"
        )
      }
    case .fragments(let fragments):
      guard DICOMPixelFormat.compressed.contains(format.transferSyntax) else {
        throw DICOMDamage(reason: "its transfer syntax \(format.transferSyntax) is not read")
      }
      guard !fragments.isEmpty else { throw DICOMDamage(reason: "it has no compressed pixels") }
    }
  }
}

extension DICOMPixelFormat {
  /// Implicit and explicit little endian.
  static let native: Set<String> = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"]
  /// Run lengths.
  static let runLengths = "1.2.840.10008.1.2.5"
  /// JPEG baseline, extended and lossless; JPEG-LS; JPEG 2000; run lengths.
  static let compressed: Set<String> = Set(
    ["4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91", "5"].map {
      "1.2.840.10008.1.2.\($0)"
    }
  )
}
