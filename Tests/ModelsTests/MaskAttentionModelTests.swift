import Foundation
import Models
import NeuralNetworks
import TestSupport
import Testing

@Suite("Models with attention to masks")
struct MaskAttentionModelTests {
  /// A U-Net of two scans, the second a mask, with drawn weights.
  private func drawnModel() throws -> Model {
    var model = try readModel(at: Golden.url("plain"))
    let plan = UNetPlan(
      encoder: .residual,
      inputChannels: 2,
      outputChannels: 3,
      features: [8, 8, 16],
      kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
      strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
      encoderDepths: [1, 1, 1],
      decoderDepths: [1, 1],
      maskAttention: MaskAttentionPlan(channels: [1])
    )
    model.plan.architecture = .unet(plan)
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

  @Test("A model folder reads back equal; nnU-Net has no such network, and its export says so")
  func folder() throws {
    let model = try drawnModel()
    let folder = try TemporaryFolder()
    let place = folder.url.appending(path: "model")
    try writeModel(model, to: place)
    #expect(try readModel(at: place) == model)
    #expect(
      throws: ModelError.unsupported(
        what: "network",
        value: "a U-Net with attention to masks",
        expected: "one without, for nnU-Net"
      )
    ) {
      try exportNNUNet(model, to: folder.url.appending(path: "nnunet"))
    }
  }

  @Test(
    "onnxruntime gives the logits that libtorch gives (skipped without DELINEATE_PYTHON)",
    .enabled(if: onnxPython != nil, "DELINEATE_PYTHON names a Python with onnxruntime")
  )
  func runtime() async throws {
    let model = try drawnModel()
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "attention.onnx")
    try exportONNX(model, to: file)
    let shape = [2, 2] + model.plan.patchSize
    let values = drawn("input", count: shape.reduce(1, *))
    let found = try onnxRuntimeLogits(of: file, on: values, shape: shape)
    let expected = try await libtorchLogits(of: model, on: values, shape: shape)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(found.count == expected.count && largest > 0.1)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 * largest })
  }

  @Test("The file is written by operators that it names")
  func operators() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "attention.onnx")
    try exportONNX(drawnModel(), to: file)
    let bytes = try Data(contentsOf: file)
    for name in ["GlobalMaxPool", "ReduceSum", "MaxPool", "Sigmoid"] {
      #expect(bytes.range(of: Data(name.utf8)) != nil)
    }
  }
}
