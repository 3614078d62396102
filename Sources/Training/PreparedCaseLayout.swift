import Foundation

/// The tensors of a prepared case in one safetensors file: `image` F32 `[C, D, H, W]`, `locations`
/// I32 (for each class in turn the listed voxels' places in `[D, H, W]`) and `labels` U8 `[D, H, W]`.
///
/// Single precision, so that training sees what inference sees; half would save four of nine bytes
/// but round intensities to 11 bits and cost a conversion at each look-up.
/// - SeeAlso: Hugging Face, *safetensors*, README «Format».
struct PreparedCaseLayout {
  /// The length and the JSON, padded with spaces so that numbers begin at a multiple of 64 bytes.
  let header: Data
  let image: Range<Int>
  let locations: Range<Int>
  let labels: Range<Int>

  /// No case has more classes or channels.
  private static let most = 256
  /// No case has more voxels: places are 32-bit numbers.
  private static let mostVoxels = Int(Int32.max)
  /// Places listed per class, at most: nnU-Net's number.
  static let locationsPerClass = 10_000

  /// The number of bytes of the whole file.
  var byteCount: Int { labels.upperBound }

  init(name: String, channelCount: Int, size: [Int], locationCounts: [Int])
    throws(PreparedCaseError)
  {
    guard (1...Self.most).contains(channelCount), size.count == 3,
      size.allSatisfy({ (1...65536).contains($0) }),
      size[0] * size[1] * size[2] <= Self.mostVoxels,
      (1...Self.most).contains(locationCounts.count),
      locationCounts.allSatisfy({ (0...Self.locationsPerClass).contains($0) })
    else { throw .damaged(case: name, reason: "its sizes are impossible") }
    let voxels = size[0] * size[1] * size[2]
    let listed = locationCounts.reduce(0, +)
    let ends = [voxels * channelCount * 4, listed * 4, voxels].reduce(into: [0]) {
      $0.append($0[$0.count - 1] + $1)
    }
    func entry(_ name: String, _ type: String, _ shape: [Int], _ index: Int) -> String {
      let numbers = shape.map { "\($0)" }.joined(separator: ",")
      return "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(numbers)],"
        + "\"data_offsets\":[\(ends[index]),\(ends[index + 1])]}"
    }
    let entries = [
      "\"__metadata__\":{\"format\":\"delineate prepared case 1\"}",
      entry("image", "F32", [channelCount] + size, 0),
      entry("locations", "I32", [listed], 1),
      entry("labels", "U8", size, 2),
    ]
    var text = Data("{\(entries.joined(separator: ","))}".utf8)
    while (text.count + 8) % 64 != 0 { text.append(UInt8(ascii: " ")) }
    header = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
    let start = header.count
    image = start + ends[0]..<start + ends[1]
    locations = start + ends[1]..<start + ends[2]
    labels = start + ends[2]..<start + ends[3]
  }
}
