import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Damaged DICOM files are read or refused, never more", .serialized)
struct DamagedDICOMTests {
  @Test("Damaged data sets", arguments: ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
  func dataSets(_ syntax: String) throws {
    var first = TestSlice(z: 0)
    var second = TestSlice(z: 2)
    let item: [UInt8] =
      [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
    first.extra = [(0x0008, 0x1140, "SQ", item)]
    first.transferSyntax = syntax
    second.transferSyntax = syntax
    let original = first.bytes()
    var mutator = Mutator(seed: 21, headerSize: original.count)
    try tryAll(beside: second.bytes(), count: fuzzRounds) { mutator.damaged(original) }
  }

  @Test("Damaged run lengths")
  func runLengths() throws {
    let high: [UInt8] = [UInt8(bitPattern: -29), 1]
    let low: [UInt8] = [19] + (0..<20).map { UInt8($0) } + [UInt8(bitPattern: -9), 7]
    var stream = little(UInt32(2)) + little(UInt32(64)) + little(UInt32(64 + high.count))
    stream += [UInt8](repeating: 0, count: 64 - stream.count) + high + low
    try streams(stream, syntax: "1.2.840.10008.1.2.5", size: [6, 5], count: fuzzRounds)
  }

  @Test("Damaged streams of codecs", arguments: ["dicom_jpeg2000", "dicom_jpeg"])
  func codecs(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Golden.url("\(name)/7.dcm")))
    // The stream is the second item of the pixels: it begins with its codec's own mark.
    let mark: [UInt8] = name == "dicom_jpeg" ? [0xFF, 0xD8, 0xFF] : [0xFF, 0x4F, 0xFF, 0x51]
    let start = try #require(
      bytes.indices.last { bytes[$0...].starts(with: mark) }
    )
    let stream = Array(bytes[start...].dropLast(8))
    let syntax = name == "dicom_jpeg" ? "1.2.840.10008.1.2.4.70" : "1.2.840.10008.1.2.4.90"
    try streams(stream, syntax: syntax, size: [40, 36], count: fuzzRounds / 4)
  }

  private func streams(
    _ stream: [UInt8],
    syntax: String,
    size: SIMD2<Int>,
    count: Int
  ) throws {
    var slice = TestSlice(z: 0)
    slice.columns = size.x
    slice.rows = size.y
    slice.transferSyntax = syntax
    slice.bitsStored = 16
    slice.isSigned = true
    slice.stream = stream
    var second = slice
    second.position.z = 2
    var mutator = Mutator(seed: 22, headerSize: 200)
    let folder = try TemporaryFolder()
    try write([slice, second], to: folder.url)
    _ = try readVolume(at: folder.url)
    try tryAll(beside: second.bytes(), count: count) {
      slice.stream = mutator.damaged(stream)
      return slice.bytes()
    }
  }

  private func tryAll(beside other: [UInt8], count: Int, _ make: () -> [UInt8]) throws {
    let folder = try TemporaryFolder()
    try Data(other).write(to: folder.url.appending(path: "b.dcm"))
    let before = try peakMemory()
    var refused = 0
    for _ in 0..<count {
      try renew(folder.url.appending(path: "a.dcm"), make())
      do {
        _ = try readVolume(at: folder.url)
      } catch {
        refused += 1
        #expect(!"\(error)".contains("\n"))
      }
    }
    #expect(refused > count / 10)
    #expect(try peakMemory() - before < memoryBound)
  }
}
