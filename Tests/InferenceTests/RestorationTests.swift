import Foundation
import ImageProcessing
import Inference
import Preprocessing
import TestSupport
import Testing
import Torch
import Volumes

extension Golden.Restoration: CustomTestStringConvertible {
  var testDescription: String { name }

  var decision: LabelDecision {
    regions
      ? .lastRegion(labels: (1...channels).map(UInt16.init))
      : .firstMaximum(labels: (0..<channels).map(UInt16.init))
  }

  func restoration() throws -> GridRestoration {
    GridRestoration(
      originalGrid: try VoxelGrid(
        size: [original[2], original[1], original[0]],
        spacing: [1, 1, 1]
      ),
      transposeForward: transpose,
      box: box.map { $0[0]..<$0[1] },
      preparedSize: prepared,
      separateAxis: separateAxis,
      logitResampling: ResamplingRule(method: linear ? .linear : .spline, order: 1)
    )
  }

  /// Runs the drawn logits through our way back, inside a padding if the window is larger.
  @DeviceActor func restore(
    window: [Int],
    probabilities: ProbabilityVolumes? = nil
  ) throws -> LabelMap {
    let plan = WindowPlan(size: prepared, windowSize: window, step: 0.5)
    let restorer = try LabelRestorer(
      restoration(),
      plan: plan,
      decision: decision,
      probabilities: probabilities
    )
    let voxels = prepared.reduce(1, *)
    let logits = LogitKernels.halves(drawn(name, count: channels * voxels).map { $0 * 8 })
    let stride = LogitKernels.channelStride(channels)
    let (height, width) = (plan.paddedSize[1], plan.paddedSize[2])
    // What lies in the padding must never be read: infinite logits there would show.
    let empty = [UInt16](repeating: 0x7C00, count: height * width * stride)
    var planes = [[UInt16]](repeating: empty, count: plan.paddedSize[0])
    for c in 0..<channels {
      for d in 0..<prepared[0] {
        for h in 0..<prepared[1] {
          for w in 0..<prepared[2] {
            let row = (h + plan.padding[1]) * width + w + plan.padding[2]
            planes[d + plan.padding[0]][row * stride + c] =
              logits[((c * prepared[0] + d) * prepared[1] + h) * prepared[2] + w]
          }
        }
      }
    }
    for index in planes.indices {
      try planes[max(index - 1, 0)].withUnsafeBufferPointer { previous in
        try planes[index].withUnsafeBufferPointer { current in
          try restorer.accept(
            plane: index,
            previous: #require(previous.baseAddress),
            current: #require(current.baseAddress)
          )
        }
      }
    }
    return restorer.labelMap
  }
}

@Suite("The way back to the scan's grid")
struct RestorationTests {
  static let cases = Golden.shared?.restorations ?? []

  @Test("The golden file holds every kind of restoration")
  func golden() async throws {
    try await onDevice {
      #expect(Self.cases.count == 18)
      #expect(Set(Self.cases.map(\.transpose)).count == 6)
      #expect(Set(Self.cases.map(\.separateAxis)) == [nil, 0, 1, 2])
    }
  }

  @Test("Labels are those of nnU-Net's own export", arguments: cases)
  func agrees(_ example: Golden.Restoration) async throws {
    try await onDevice {
      for window in [[1, 1, 1], [12, 14, 13]] {
        let found = try example.restore(window: window).voxels
        #expect(found == example.labels.map(UInt16.init), "window \(window)")
      }
    }
  }

  @Test("Probabilities sum to one, and the largest is the label's", arguments: cases)
  func probabilities(_ example: Golden.Restoration) async throws {
    try await onDevice {
      let folder = try TemporaryFolder()
      let count = example.original.reduce(1, *)
      let volumes = try #require(
        ProbabilityVolumes(
          voxelCount: count,
          channelCount: example.channels,
          hasBackgroundChannel: !example.regions,
          in: folder.url
        )
      )
      let labels = try example.restore(window: [4, 4, 4], probabilities: volumes).voxels
      let channels = (0..<example.channels).map(volumes.channel)
      for voxel in 0..<count {
        let values = channels.map { $0[voxel] }
        #expect(values.allSatisfy { (0...1).contains($0) })
        if example.regions {
          let last = values.lastIndex { $0 > 0.5 }
          #expect(labels[voxel] == UInt16((last ?? -1) + 1))
        } else {
          #expect(abs(values.reduce(0, +) - 1) < 1e-5)
          #expect(values[Int(labels[voxel])] == values.max())
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
  }

  @Test("Probabilities without a folder to lie in are refused")
  func noFolder() async throws {
    try await onDevice {
      let nowhere = URL(filePath: "/nonexistent/folder")
      #expect(
        ProbabilityVolumes(
          voxelCount: 8,
          channelCount: 2,
          hasBackgroundChannel: true,
          in: nowhere
        ) == nil
      )
    }
  }

  @Test("Logits that are resampled with a cubic spline, or not at all, are refused")
  func refused() async throws {
    try await onDevice {
      let grid = try VoxelGrid(size: [8, 8, 8], spacing: [1, 1, 1])
      func restorer(_ rule: ResamplingRule) throws(InferenceError) {
        let restoration = GridRestoration(
          originalGrid: grid,
          transposeForward: [0, 1, 2],
          box: [0..<8, 0..<8, 0..<8],
          preparedSize: [4, 8, 8],
          separateAxis: nil,
          logitResampling: rule
        )
        _ = try LabelRestorer(
          restoration,
          plan: WindowPlan(size: [4, 8, 8], windowSize: [4, 4, 4], step: 0.5),
          decision: .firstMaximum(labels: [0, 1]),
          probabilities: nil
        )
      }
      #expect(throws: InferenceError.unsupportedLogitResampling(order: 3)) {
        try restorer(ResamplingRule(order: 3))
      }
      #expect(throws: InferenceError.sizesDiffer(prepared: [4, 8, 8], scan: [8, 8, 8])) {
        try restorer(ResamplingRule(method: .identity, order: 1))
      }
    }
  }
}
