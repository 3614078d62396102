import Foundation
import ImageProcessing
import Preprocessing
import Testing
import Volumes

/// Prepares what `Benchmarks/preprocessing_agreement.py` wrote, for comparison with nnU-Net itself.
///
/// The script sets `DELINEATE_AGREEMENT` to a folder with `request.json` and raw channels; this
/// writes `prepared.raw` (float32) and `answer.json` beside them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["DELINEATE_AGREEMENT"] != nil))
struct AgreementTests {
  struct Request: Decodable {
    /// Along i, j and k.
    var size: [Int]
    var spacing: [Double]
    var channels: [String]
    var previousLabels: String?
    var previousStageLabels: [UInt16]?
    var plan: PreparationPlan
    var threads: Int
  }

  struct Answer: Encodable {
    var size: [Int]
    var channelCount: Int
    var box: [[Int]]
    var seconds: Double
    var processorSeconds: Double
    var peakBytesBefore: Int
    var peakBytes: Int
  }

  @Test("Prepares a scan for the comparison script")
  func prepareForComparison() throws {
    let environment = ProcessInfo.processInfo.environment
    let folder = URL(filePath: try #require(environment["DELINEATE_AGREEMENT"]))
    let request = try JSONDecoder().decode(
      Request.self,
      from: Data(contentsOf: folder.appending(path: "request.json"))
    )
    let grid = try VoxelGrid(
      size: [request.size[0], request.size[1], request.size[2]],
      spacing: [request.spacing[0], request.spacing[1], request.spacing[2]]
    )
    let channels = try request.channels.map { name in
      try Volume<Float>(grid: grid, voxels: array(folder.appending(path: name), grid.count))
    }
    let labels = try request.previousLabels.map { name in
      try LabelMap(grid: grid, voxels: array(folder.appending(path: name), grid.count))
    }
    // Start the peak anew: reading took more than preparing will.
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    let peakBytesBefore = peakMemory()
    let clock = ContinuousClock()
    let start = clock.now
    let processorStart = Foundation.clock()
    let prepared = try prepare(
      channels,
      plan: request.plan,
      previousLabels: labels,
      previousStageLabels: request.previousStageLabels ?? [],
      threads: request.threads
    )
    let seconds = (clock.now - start) / .seconds(1)
    let processorTicks = Foundation.clock() - processorStart
    let answer = Answer(
      size: prepared.size,
      channelCount: prepared.channelCount,
      box: prepared.restoration.box.map { [$0.lowerBound, $0.upperBound] },
      seconds: seconds,
      processorSeconds: Double(processorTicks) / Double(CLOCKS_PER_SEC),
      peakBytesBefore: peakBytesBefore,
      peakBytes: peakMemory()
    )
    try JSONEncoder().encode(answer).write(to: folder.appending(path: "answer.json"))
    try prepared.voxels.withUnsafeBytes { Data($0) }
      .write(to: folder.appending(path: "prepared.raw"))
    let isFinite = prepared.voxels.allSatisfy { $0.isFinite }
    #expect(isFinite)
  }

  private func array<Element: BitwiseCopyable>(_ url: URL, _ count: Int) throws -> [Element] {
    let data = try Data(contentsOf: url)
    try #require(data.count == count * MemoryLayout<Element>.stride)
    return data.withUnsafeBytes { Array($0.bindMemory(to: Element.self)) }
  }

  /// The largest resident size of the process so far, in bytes.
  private func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 } ?? 0
  }
}
