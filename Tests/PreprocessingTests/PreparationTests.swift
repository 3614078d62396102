import Foundation
import ImageProcessing
import Preprocessing
import TestSupport
import Testing
import Volumes

@Suite struct PreparationTests {
  struct Example: Decodable {
    var name: String
    /// Along k, j, i.
    var size: [Int]
    var spacing: [Double]
    var plan: PreparationPlan
    var channels: [Data]
    var previousLabels: [UInt16]?
    var previousStageLabels: [UInt16]
    var preparedSize: [Int]
    var box: [[Int]]
    var prepared: Data
  }

  @Test("Scans are prepared as nnU-Net's DefaultPreprocessor prepares them")
  func agreesWithNNUNet() throws {
    let url = try #require(
      Bundle.module.url(forResource: "preparation", withExtension: "json", subdirectory: "Golden")
    )
    let examples = try JSONDecoder().decode([Example].self, from: Data(contentsOf: url))
    #expect(examples.count == 13)
    for example in examples {
      let grid = try VoxelGrid(
        size: [example.size[2], example.size[1], example.size[0]],
        spacing: [example.spacing[2], example.spacing[1], example.spacing[0]]
      )
      let prepared = try prepare(
        example.channels.map { Volume(grid: grid, voxels: floats($0)) },
        plan: example.plan,
        previousLabels: example.previousLabels.map { LabelMap(grid: grid, voxels: $0) },
        previousStageLabels: example.previousStageLabels,
        threads: 2
      )
      let expected = floats(example.prepared)
      #expect(prepared.size == example.preparedSize, "\(example.name)")
      #expect(
        prepared.restoration.box == example.box.map { $0[0]..<$0[1] },
        "\(example.name)"
      )
      #expect(prepared.channelCount == example.channels.count + example.previousStageLabels.count)
      try #require(prepared.voxels.count == expected.count, "\(example.name)")
      let difference = zip(prepared.voxels, expected).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      #expect(difference <= 2e-6, "\(example.name)")
    }
  }

  @Test("Sizes round half to even, as Python does")
  func bankersRounding() throws {
    let grid = try VoxelGrid(size: [3, 5, 7], spacing: [1, 1, 1])
    let scan = Volume<Float>(repeating: 1, grid: grid)
    // 7 / 2 = 3.5 to 4, 5 / 2 = 2.5 to 2, 3 / 2 = 1.5 to 2.
    let prepared = try prepare([scan], plan: .plain(spacing: [2, 2, 2]), threads: 1)
    #expect(prepared.size == [4, 2, 2])
  }

  @Test("Mask statistics leave what is outside the mask at zero")
  func maskedZScore() throws {
    let grid = try VoxelGrid(size: [6, 6, 6])
    var generator = SeededGenerator(seed: 4)
    var scan = Volume<Float>(repeating: 0, grid: grid)
    for k in 1..<5 {
      for j in 0..<6 {
        for i in 0..<6 where i + j > 2 {
          scan[i, j, k] = Float.random(in: 50...90, using: &generator)
        }
      }
    }
    let plan = PreparationPlan.plain(
      channels: [.init(scheme: .zScore, usesNonzeroMask: true)])
    let prepared = try prepare([scan], plan: plan, threads: 2)
    #expect(prepared.size == [4, 6, 6])
    let inside = prepared.voxels.filter { $0 != 0 }
    #expect(inside.count == 4 * 30)
    let mean = inside.reduce(0, +) / Float(inside.count)
    let variance = inside.reduce(0) { $0 + $1 * $1 } / Float(inside.count)
    #expect(mean.magnitude < 1e-5 && (variance - 1).magnitude < 1e-5)
  }

  @Test("A constant scan is normalized to zeros, not to NaN")
  func constantScan() throws {
    let scan = Volume<Float>(repeating: 5, grid: try VoxelGrid(size: [4, 4, 4]))
    for scheme in [NormalizationScheme.zScore, .rescaleTo01] {
      let prepared = try prepare(
        [scan],
        plan: .plain(channels: [.init(scheme: scheme)]),
        threads: 1
      )
      #expect(prepared.voxels.allSatisfy { $0 == 0 })
    }
  }

  @Test("Plans and scans that do not fit are refused with what was found and expected")
  func refusals() throws {
    let grid = try VoxelGrid(size: [4, 4, 4])
    let other = try VoxelGrid(size: [4, 4, 5])
    let scan = Volume<Float>(repeating: 300, grid: grid)
    var holed = scan
    holed[1, 2, 3] = .nan
    holed[2, 2, 3] = .infinity
    let plain = PreparationPlan.plain()
    func refusal(
      _ channels: [Volume<Float>],
      _ plan: PreparationPlan,
      _ labels: LabelMap? = nil,
      _ stage: [UInt16] = []
    ) -> PreparationError? {
      do throws(PreparationError) {
        _ = try prepare(
          channels,
          plan: plan,
          previousLabels: labels,
          previousStageLabels: stage,
          threads: 1
        )
        return nil
      } catch { return error }
    }
    #expect(refusal([], plain) == .channelCount(expected: 1, found: 0))
    #expect(refusal([scan, scan], plain) == .channelCount(expected: 1, found: 2))
    let two = PreparationPlan.plain(channels: [.init(scheme: .none), .init(scheme: .none)])
    #expect(
      refusal([scan, Volume(repeating: 0, grid: other)], two)
        == .gridMismatch(channel: 1, GridMismatch(expected: grid, found: other))
    )
    #expect(
      refusal([scan], plain, LabelMap(repeating: 0, grid: other))
        == .gridMismatch(channel: nil, GridMismatch(expected: grid, found: other))
    )
    #expect(refusal([holed], plain) == .notFinite(channel: 0, count: 2))
    #expect(refusal([Volume(repeating: 0, grid: grid)], plain) == .empty)
    #expect(refusal([scan], plain, nil, [1]) == .missingPreviousLabels)
    #expect(
      refusal([scan], .plain(channels: [.init(scheme: .ct)])) == .missingForeground(channel: 0)
    )
    #expect(
      refusal([scan], .plain(channels: [.init(scheme: .rgbTo01)]))
        == .outsideRGB(channel: 0, lowest: 300, highest: 300)
    )
    var plan = plain
    plan.transposeForward = [0, 0, 1]
    #expect(
      refusal([scan], plan) == .unusablePlan(transposeForward: [0, 0, 1], spacing: [1, 1, 1])
    )
    plan = .plain(spacing: [1, 1])
    #expect(refusal([scan], plan) == .unusablePlan(transposeForward: [0, 1, 2], spacing: [1, 1]))
    plan = plain
    plan.imageResampling.order = 2
    #expect(refusal([scan], plan) == .unsupportedOrder(2, supported: [0, 1, 3]))
  }

  @Test("Grids that would vanish or burst memory are refused before memory is asked for")
  func absurdSizes() throws {
    let far = try VoxelGrid(size: [4, 4, 4], spacing: [500, 500, 1e300])
    let near = try VoxelGrid(size: [4, 4, 4], spacing: [0.01, 1, 1])
    for grid in [far, near] {
      let scan = Volume<Float>(repeating: 1, grid: grid)
      let error = #expect(throws: PreparationError.self) {
        try prepare([scan], plan: .plain(spacing: [0.5, 0.5, 0.5]), threads: 1)
      }
      guard case .unusableSize(_, let bytes, let limit) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(bytes == 0 || bytes > Double(limit))
      #expect(error?.description.isEmpty == false)
    }
  }

  private func floats(_ data: Data) -> [Float] {
    data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { offset in
        Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
          )
        )
      }
    }
  }
}

extension PreparationPlan {
  /// A plan that changes as little as possible.
  static func plain(
    spacing: [Double] = [1, 1, 1],
    channels: [ChannelNormalization] = [.init(scheme: .none)],
    transposeForward: [Int] = [0, 1, 2]
  ) -> PreparationPlan {
    PreparationPlan(transposeForward: transposeForward, spacing: spacing, channels: channels)
  }
}
