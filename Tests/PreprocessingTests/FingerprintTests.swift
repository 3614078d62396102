import Preprocessing
import TestSupport
import Testing
import Volumes

@Suite("Fingerprints")
struct FingerprintTests {
  /// A scan of the numbers 1, 2, 3, … in a box of zeros, and labels on its first voxels.
  private func fingerprint(
    _ values: [Float],
    foreground: Int,
    spacing: SIMD3<Double> = [1, 2, 3]
  ) throws -> CaseFingerprint {
    let grid = try VoxelGrid(size: [values.count + 2, 3, 2], spacing: spacing)
    var scan = Volume<Float>(repeating: 0, grid: grid)
    var labels = LabelMap(repeating: 0, grid: grid)
    for (index, value) in values.enumerated() {
      scan[index + 1, 1, 1] = value
      if index < foreground { labels[index + 1, 1, 1] = UInt16(index % 2 + 1) }
    }
    return try CaseFingerprint(channels: [scan], labels: labels, classCount: 2)
  }

  @Test("A case's size is that of the box around what is not zero")
  func shape() throws {
    let one = try fingerprint([5, 0, 7, 9], foreground: 3)
    #expect(one.shape == [1, 1, 4])
    #expect(one.spacing == [3, 2, 1])
    #expect(one.relativeSize == 4.0 / 36)
    #expect(one.voxelCounts == [2, 1])
    #expect(one.sideAxis == 2)
  }

  @Test("Every foreground voxel counts, each case as much as another")
  func intensities() throws {
    let many = try fingerprint((1...1000).map(Float.init), foreground: 1000)
    let few = try fingerprint([2000, 4000, -7], foreground: 2)
    let none = try fingerprint([3], foreground: 0)
    let all = try DatasetFingerprint(
      of: [("a", [1], many), ("b", [1, 2], few), ("c", [], none)],
      datasetChecksum: "x"
    )
    let channel = all.channels[0]
    // Half of the weight lies evenly on 1…1000, a quarter on 2000 and one on 4000.
    #expect(abs(channel.mean - (500.5 + 3000) / 2) < 1e-9)
    let squares = (1...1000).reduce(0.0) { $0 + Double($1 * $1) }
    let square = (squares / 1000 + 10e6) / 2
    #expect(
      abs(channel.standardDeviation - (square - channel.mean * channel.mean).squareRoot()) < 1e-6
    )
    #expect(channel.minimum == 1 && channel.maximum == 4000)
    #expect(channel.percentile005 == 10)
    #expect(channel.median == 1000)
    #expect(channel.percentile995 == 4000)
    #expect(all.cases.map(\.contoured) == [[1], [1, 2], []])
    #expect(all.medianRelativeSize == 3.0 / 30)
  }

  @Test("Scans without contours or without content are refused")
  func refusals() throws {
    let none = try fingerprint([3], foreground: 0)
    #expect(throws: FingerprintError.noForeground) {
      try DatasetFingerprint(of: [("a", [], none)], datasetChecksum: "")
    }
    #expect(throws: FingerprintError.emptyScan) { try fingerprint([0, 0], foreground: 1) }
    #expect(throws: FingerprintError.notFinite(channel: 0, count: 1)) {
      try fingerprint([.nan, 1], foreground: 1)
    }
  }
}
