import Foundation
import Volumes

/// A small DICOM slice to be written: what tests change of it.
struct TestSlice {
  var columns = 6
  var rows = 5
  var position: SIMD3<Double> = [0, 0, 0]
  var orientation: [Double] = [1, 0, 0, 0, 1, 0]
  var spacing = "2\\1"
  var modality = "CT"
  var series = "1.2.3"
  var number = 1
  var slope = "1"
  var intercept = "-1024"
  var bitsStored = 12
  var isSigned = false
  var transferSyntax = "1.2.840.10008.1.2.1"
  /// Elements by tag that replace or add to the usual ones, as explicit little endian bytes.
  var extra: [(group: UInt16, element: UInt16, vr: String, value: [UInt8])] = []
  /// The stored samples; a ramp by default.
  var samples: [UInt16]?
  /// A compressed stream instead of samples.
  var stream: [UInt8]?

  /// A slice at a height in mm.
  init(z: Double) { position.z = z }

  /// The file's bytes.
  func bytes() -> [UInt8] {
    var meta: [UInt8] = []
    append(&meta, 0x0002, 0x0010, "UI", Array(transferSyntax.utf8), isExplicit: true)
    var file = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
    append(&file, 0x0002, 0x0000, "UL", little(UInt32(meta.count)), isExplicit: true)
    file += meta
    let isExplicit = transferSyntax != "1.2.840.10008.1.2"
    for element in elements() {
      append(
        &file,
        element.group,
        element.element,
        element.vr,
        element.value,
        isExplicit: isExplicit
      )
    }
    let header = little(UInt16(0x7FE0)) + little(UInt16(0x0010))
    if let stream {
      let padded = stream.count % 2 == 0 ? stream : stream + [0]
      file += header + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
      file += [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0]
      file += [0xFE, 0xFF, 0x00, 0xE0] + little(UInt32(padded.count)) + padded
      file += [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
    } else {
      let values = samples ?? (0..<(columns * rows)).map { UInt16($0) + UInt16(number) * 100 }
      let pixels = values.flatMap { little($0) }
      file += header + (isExplicit ? Array("OW".utf8) + [0, 0] : [])
      file += little(UInt32(pixels.count)) + pixels
    }
    return file
  }

  private func elements() -> [(group: UInt16, element: UInt16, vr: String, value: [UInt8])] {
    func text(_ value: String) -> [UInt8] { Array(value.utf8) }
    func numbers(_ values: [Double]) -> [UInt8] {
      text(values.map { "\($0)" }.joined(separator: "\\"))
    }
    let usual: [(group: UInt16, element: UInt16, vr: String, value: [UInt8])] = [
      (0x0008, 0x0060, "CS", text(modality)), (0x0020, 0x000E, "UI", text(series)),
      (0x0020, 0x0011, "IS", text("\(series.count)")),
      (0x0020, 0x0032, "DS", numbers([position.x, position.y, position.z])),
      (0x0020, 0x0037, "DS", numbers(orientation)), (0x0028, 0x0002, "US", little(UInt16(1))),
      (0x0028, 0x0004, "CS", text("MONOCHROME2")),
      (0x0028, 0x0010, "US", little(UInt16(rows))),
      (0x0028, 0x0011, "US", little(UInt16(columns))), (0x0028, 0x0030, "DS", text(spacing)),
      (0x0028, 0x0100, "US", little(UInt16(16))),
      (0x0028, 0x0101, "US", little(UInt16(bitsStored))),
      (0x0028, 0x0102, "US", little(UInt16(bitsStored - 1))),
      (0x0028, 0x0103, "US", little(UInt16(isSigned ? 1 : 0))),
      (0x0028, 0x1052, "DS", text(intercept)), (0x0028, 0x1053, "DS", text(slope)),
    ]
    let kept = usual.filter { known in
      !extra.contains { $0.group == known.group && $0.element == known.element }
    }
    return (kept + extra).sorted { ($0.group, $0.element) < ($1.group, $1.element) }
  }

  private func append(
    _ file: inout [UInt8],
    _ group: UInt16,
    _ element: UInt16,
    _ vr: String,
    _ value: [UInt8],
    isExplicit: Bool
  ) {
    let pad: UInt8 = vr == "UI" || vr == "SQ" ? 0 : 0x20
    let padded = value.count % 2 == 0 ? value : value + [pad]
    file += little(group) + little(element)
    if !isExplicit {
      file += little(UInt32(padded.count))
    } else if ["SQ", "OB", "OW", "UN", "UT"].contains(vr) {
      file += Array(vr.utf8) + [0, 0] + little(UInt32(padded.count))
    } else {
      file += Array(vr.utf8) + little(UInt16(padded.count))
    }
    file += padded
  }
}

/// A number's bytes, the least significant first.
func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// Writes slices as files "0.dcm", "1.dcm", … of a folder.
func write(_ slices: [TestSlice], to folder: URL) throws {
  for (index, slice) in slices.enumerated() {
    try Data(slice.bytes()).write(to: folder.appending(path: "\(index).dcm"))
  }
}
