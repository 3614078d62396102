import Foundation
import Models
import NeuralNetworks
import TestSupport
import Testing
import Torch

/// An M3-Net with drawn weights, as a model.
private func drawnModel(_ change: (inout M3NetPlan) -> Void = { _ in }) throws -> Model {
  var model = try readModel(at: Golden.url("plain"))
  var plan = M3NetPlan(
    outputChannels: 3,
    features: [8, 8, 16],
    kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
    strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
    encoderDepths: [1, 1, 1],
    decoderDepths: [1, 1],
    masks: MaskPlan(
      regions: [.init(name: "all", priority: 1, classes: [1, 2])],
      globalStage: 1,
      regionalStage: 1
    ),
    registration: RegistrationHeadPlan(stage: 1, features: 8)
  )
  change(&plan)
  model.plan.architecture = .m3(plan)
  var weights: [String: WeightTensor] = [:]
  for (name, shape) in plan.expectedWeights {
    let values = drawn(name, count: shape.reduce(1, *)).map { $0 * 0.25 }
    weights[name] = WeightTensor(
      shape: shape,
      values: name.hasSuffix("norm.weight") ? values.map { $0 + 1 } : values
    )
  }
  model.folds[0].weights = weights
  return model
}

private struct DrawnFold: WeightSource {
  let weights: [String: WeightTensor]
  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    guard let weight = weights[name] else { throw .missingWeight(name: name) }
    return weight.values
  }
}

/// A Python with onnxruntime: `DELINEATE_PYTHON`.
private let python = ProcessInfo.processInfo.environment["DELINEATE_PYTHON"]

@Suite("ONNX export of M3-Net")
struct ONNXM3Tests {
  @Test("A model folder with an M3-Net reads back equal, and nnU-Net's export says what it takes")
  func folder() throws {
    let model = try drawnModel()
    let folder = try TemporaryFolder()
    let place = folder.url.appending(path: "model")
    try writeModel(model, to: place)
    #expect(try readModel(at: place) == model)
    #expect(
      throws: ModelError.unsupported(
        what: "network",
        value: "M3-Net",
        expected: "a U-Net, for nnU-Net"
      )
    ) {
      try exportNNUNet(model, to: folder.url.appending(path: "nnunet"))
    }
  }

  @Test("The file asks for volumetric grid sampling, which came with operators of version 20")
  func operators() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "m3.onnx")
    try exportONNX(drawnModel(), to: file)
    let bytes = try Data(contentsOf: file)
    #expect(bytes.range(of: Data("GridSample".utf8)) != nil)
    // operator set: field 8, a message of an empty domain and version 20.
    #expect(bytes.range(of: Data([0x42, 4, 0x0A, 0, 0x10, 20])) != nil)
  }

  @Test(
    "onnxruntime gives the logits that libtorch gives (skipped without DELINEATE_PYTHON)",
    .enabled(if: python != nil, "DELINEATE_PYTHON names a Python with onnxruntime"),
    arguments: ["full", "gates", "input", "no MR"]
  )
  func runtime(_ name: String) async throws {
    let model = try drawnModel { plan in
      if name == "gates" { plan.fusion = .gates }
      if name == "input" {
        plan.fusion = .input
        plan.registration = nil
      }
    }
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "m3.onnx")
    try exportONNX(model, to: file)
    let size = model.plan.patchSize
    let voxels = size.reduce(1, *)
    var values = drawn("input", count: 2 * 2 * voxels)
    if name == "no MR" {
      for index in values.indices where index / voxels % 2 == 1 { values[index] = 4 }
    }
    try values.withUnsafeBytes { try Data($0).write(to: folder.url.appending(path: "input")) }
    let script = """
      import numpy, onnxruntime, sys
      folder, shape = sys.argv[1], [int(n) for n in sys.argv[2].split(",")]
      session = onnxruntime.InferenceSession(folder + "/m3.onnx", providers=["CPUExecutionProvider"])
      x = numpy.fromfile(folder + "/input", numpy.float32).reshape(shape)
      session.run(None, {"input": x})[0].astype(numpy.float32).tofile(folder + "/logits")
      """
    let process = Process()
    process.executableURL = URL(filePath: try #require(python))
    let shape = [2, 2] + size
    process.arguments = [
      "-c", script, folder.url.path, shape.map(String.init).joined(separator: ","),
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let data = try Data(contentsOf: folder.url.appending(path: "logits"))
    let found = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let input = values
    let expected = try await Task { @DeviceActor in
      let network = try PreparedNetwork(
        model.plan.architecture,
        weights: DrawnFold(weights: model.folds[0].weights)
      )
      return try network(Tensor(input, shape: shape)).values()
    }.value
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(found.count == expected.count && largest > 0.1)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 * largest })
  }
}

@globalActor private actor DeviceActor {
  static let shared = DeviceActor()

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }
}
