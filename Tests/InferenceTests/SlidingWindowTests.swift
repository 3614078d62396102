import Foundation
import ImageProcessing
import Inference
import NeuralNetworks
import Preprocessing
import TestSupport
import Testing
import Torch
import Volumes

@Suite("Sliding windows")
struct SlidingWindowTests {
  /// One way to run the windows.
  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var size = [7, 18, 13]
    var window = [4, 8, 8]
    var channels = 1
    var outputs = 3
    var folds = 1
    var step = 0.5
    var mirroring: [Int] = []
    var isRegions = false
    var transpose = [0, 1, 2]
    var margin = [0, 0, 0]
    var hasBody = false

    var decision: LabelDecision {
      isRegions
        ? .lastRegion(labels: (1...outputs).map(UInt16.init))
        : .firstMaximum(labels: (0..<outputs).map { $0 == 0 ? 0 : UInt16($0) * 3 })
    }

    var body: BodyExtent? {
      guard hasBody else { return nil }
      return BodyExtent(
        planes: (0..<size[0]).map { plane in
          plane < 2 || plane > size[0] - 3 ? nil : .init(rows: 2..<7, columns: 3..<6)
        }
      )
    }

    var options: SlidingWindowOptions {
      SlidingWindowOptions(
        windowSize: window,
        step: step,
        mirroringAxes: mirroring,
        decision: decision,
        body: body
      )
    }

    func prepared() throws -> PreparedCase {
      let box = zip(size, margin).map { $1..<$1 + $0 }
      var array = [0, 0, 0]
      for position in 0..<3 { array[transpose[position]] = box[position].upperBound + 1 }
      let restoration = GridRestoration(
        originalGrid: try VoxelGrid(size: [array[2], array[1], array[0]], spacing: [1, 1, 1]),
        transposeForward: transpose,
        box: box,
        preparedSize: size,
        separateAxis: nil,
        logitResampling: ResamplingRule(order: 1)
      )
      return PreparedCase(
        channelCount: channels,
        size: size,
        voxels: drawn("a scan", count: channels * size.reduce(1, *)),
        restoration: restoration
      )
    }

    @DeviceActor func segment(
      probabilities: ProbabilityVolumes? = nil,
      progress: (Int, Int) -> Void = { _, _ in }
    ) throws(InferenceError) -> SlidingWindowResult {
      guard let prepared = try? prepared() else { throw .notFinite }
      return try Inference.segment(
        prepared,
        folds: folds,
        options: options,
        network: { fold throws(InferenceError) in
          try DrawnNetwork(fold: fold).network(inputs: channels, outputs: outputs)
        },
        probabilities: probabilities,
        progress: progress
      )
    }
  }

  static let examples: [Example] =
    [
      Example(testDescription: "plain"),
      Example(testDescription: "mirrored", mirroring: [0, 1, 2]),
      Example(testDescription: "two channels, nine classes", channels: 2, outputs: 9),
      Example(testDescription: "three folds, mirrored", folds: 3, mirroring: [1]),
      Example(testDescription: "smaller than a window", size: [3, 5, 13]),
      Example(testDescription: "one window", size: [4, 8, 8]),
      Example(testDescription: "small steps", step: 0.3),
      Example(testDescription: "no overlap", size: [8, 16, 16], step: 1),
      Example(testDescription: "many planes", size: [23, 8, 9]),
      Example(testDescription: "regions", outputs: 2, isRegions: true),
      Example(
        testDescription: "regions on a body",
        size: [12, 24, 24],
        isRegions: true,
        hasBody: true
      ),
      Example(testDescription: "classes on a body", size: [12, 24, 24], hasBody: true),
    ]
    + [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map {
      Example(testDescription: "axes \($0) in a crop", transpose: $0, margin: [2, 0, 1])
    }

  @Test("Labels are those of the plain computation over the whole array", arguments: examples)
  func agrees(_ example: Example) async throws {
    try await onDevice {
      let options = example.options
      let whole = WindowPlan(size: example.size, windowSize: example.window, step: example.step)
      let plan =
        options.body.map {
          WindowPlan(size: example.size, windowSize: example.window, step: example.step, body: $0)
        } ?? whole
      let reference = PlainSegmentation(
        prepared: try example.prepared(),
        networks: try (0..<example.folds).map {
          try DrawnNetwork(fold: $0).network(inputs: example.channels, outputs: example.outputs)
        },
        options: options,
        plan: plan
      )
      let expected = try reference.labels()
      var steps: [[Int]] = []
      let result = try example.segment { steps.append([$0, $1]) }
      #expect(result.labelMap.voxels == expected)
      #expect(Set(expected).count > 1, "an answer with something in it")
      #expect(result.windows == plan.count)
      #expect(result.possibleWindows == whole.count)
      #expect(steps == (1...plan.count * example.folds).map { [$0, plan.count * example.folds] })
      if example.hasBody { #expect(result.windows < result.possibleWindows) }
    }
  }

  @Test("Several folds are not the first alone")
  func foldsMatter() async throws {
    try await onDevice {
      let one = try Example(testDescription: "").segment()
      let three = try Example(testDescription: "", folds: 3).segment()
      #expect(one.labelMap != three.labelMap)
      #expect(one.windows == three.windows)
    }
  }

  @Test("The same bytes for 1, 2 and 3 threads, probabilities included")
  func threads() async throws {
    try await onDevice {
      defer { try? TorchRuntime.start(threads: ProcessInfo.processInfo.activeProcessorCount) }
      let example = Example(testDescription: "", size: [9, 40, 30], outputs: 9, mirroring: [0, 2])
      var labels: [[UInt16]] = []
      var probabilities: [[UInt32]] = []
      for threads in [1, 2, 3] {
        try TorchRuntime.start(threads: threads)
        let place = try TemporaryFolder()
        let volumes = try #require(
          ProbabilityVolumes(
            voxelCount: 10 * 41 * 31,
            channelCount: 9,
            hasBackgroundChannel: true,
            in: place.url
          )
        )
        labels.append(try example.segment(probabilities: volumes).labelMap.voxels)
        probabilities.append((0..<9).flatMap { volumes.channel($0).map(\.bitPattern) })
      }
      #expect(labels[1] == labels[0] && labels[2] == labels[0])
      #expect(probabilities[1] == probabilities[0] && probabilities[2] == probabilities[0])
    }
  }

  @Test("Outside the crop probabilities are background's")
  func probabilitiesOutside() async throws {
    try await onDevice {
      let example = Example(testDescription: "", margin: [1, 1, 1])
      let place = try TemporaryFolder()
      let grid = try example.prepared().restoration.originalGrid
      let volumes = try #require(
        ProbabilityVolumes(
          voxelCount: grid.count,
          channelCount: 3,
          hasBackgroundChannel: true,
          in: place.url
        )
      )
      let labels = try example.segment(probabilities: volumes).labelMap.voxels
      let channels = (0..<3).map(volumes.channel)
      for voxel in 0..<grid.count {
        let values = channels.map { $0[voxel] }
        #expect(abs(values.reduce(0, +) - 1) < 1e-5)
        #expect(values[Int(labels[voxel]) / 3] == values.max())
      }
      #expect(channels.map { $0[0] } == [1, 0, 0])
    }
  }

  @Test("Cancelling stops before the next window")
  func cancellation() async {
    let task = Task { @DeviceActor () -> (InferenceError?, Int) in
      var windows = 0
      do throws(InferenceError) {
        _ = try Example(testDescription: "").segment { done, _ in
          windows = done
          if done == 2 { withUnsafeCurrentTask { $0?.cancel() } }
        }
        return (nil, windows)
      } catch {
        return (error, windows)
      }
    }
    let (error, windows) = await task.value
    #expect(error == .cancelled)
    #expect(windows == 2)
  }

  @Test("Logits that overflow half precision stop the run", arguments: [Float.infinity, .nan, 1e5])
  func notFinite(bias: Float) async throws {
    try await onDevice {
      let example = Example(testDescription: "")
      let prepared = try example.prepared()
      #expect(throws: InferenceError.notFinite) {
        _ = try segment(
          prepared,
          folds: 1,
          options: example.options,
          network: { _ throws(InferenceError) in
            try DrawnNetwork(headBias: bias).network(inputs: 1, outputs: 3)
          }
        )
      }
    }
  }

  @Test("Steps outside (0, 1] are refused", arguments: [0, -0.5, 1.01, Double.nan, .infinity])
  func steps(step: Double) async throws {
    try await onDevice {
      do {
        _ = try Example(testDescription: "", step: step).segment()
        Issue.record("a step of \(step) was accepted")
      } catch {
        guard case InferenceError.impossibleStep = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }

  @Test("A scan with other channels than the network is refused, and named")
  func channels() async throws {
    try await onDevice {
      let prepared = try Example(testDescription: "", channels: 2).prepared()
      #expect(throws: InferenceError.wrongChannelCount(found: 2, expected: 1)) {
        _ = try segment(
          prepared,
          folds: 1,
          options: Example(testDescription: "").options,
          network: { _ throws(InferenceError) in try DrawnNetwork().network(inputs: 1, outputs: 3) }
        )
      }
    }
  }

  @Test("A network that cannot be built is told as such")
  func network() async throws {
    try await onDevice {
      let prepared = try Example(testDescription: "").prepared()
      let cause = InferenceError.network(.missingWeight(name: "decoder.seg_layers.0.bias"))
      #expect(throws: cause) {
        _ = try segment(
          prepared,
          folds: 1,
          options: Example(testDescription: "").options,
          network: { _ throws(InferenceError) in throw cause }
        )
      }
    }
  }

  @Test("A run frees every tensor")
  func noLeak() async throws {
    try await onDevice {
      let before = Tensor.liveCount
      _ = try Example(testDescription: "", folds: 2, mirroring: [0]).segment()
      #expect(Tensor.liveCount == before)
    }
  }
}
