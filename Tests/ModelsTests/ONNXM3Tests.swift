import Foundation
import Models
import NeuralNetworks
import TestSupport
import Testing

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
    registration: RegistrationHeadPlan(stage: 1, features: 8, correlationRadius: 1)
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
    .enabled(if: onnxPython != nil, "DELINEATE_PYTHON names a Python with onnxruntime"),
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
    let shape = [2, 2] + size
    let found = try onnxRuntimeLogits(of: file, on: values, shape: shape)
    let expected = try await libtorchLogits(of: model, on: values, shape: shape)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(found.count == expected.count && largest > 0.1)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 * largest })
  }
}
