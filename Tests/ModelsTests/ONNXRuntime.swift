import Foundation
import Models
import NeuralNetworks
import TestSupport
import Testing
import Torch

/// A Python with onnxruntime: `DELINEATE_PYTHON`.
let onnxPython = ProcessInfo.processInfo.environment["DELINEATE_PYTHON"]

/// The logits that onnxruntime gives for an exported network.
func onnxRuntimeLogits(of file: URL, on input: [Float], shape: [Int]) throws -> [Float] {
  let folder = try TemporaryFolder()
  try input.withUnsafeBytes { try Data($0).write(to: folder.url.appending(path: "input")) }
  let script = """
    import numpy, onnxruntime, sys
    file, folder, shape = sys.argv[1], sys.argv[2], [int(n) for n in sys.argv[3].split(",")]
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    x = numpy.fromfile(folder + "/input", numpy.float32).reshape(shape)
    session.run(None, {"input": x})[0].astype(numpy.float32).tofile(folder + "/logits")
    """
  let process = Process()
  process.executableURL = URL(filePath: try #require(onnxPython))
  process.arguments = [
    "-c", script, file.path, folder.url.path, shape.map(String.init).joined(separator: ","),
  ]
  try process.run()
  process.waitUntilExit()
  #expect(process.terminationStatus == 0)
  let data = try Data(contentsOf: folder.url.appending(path: "logits"))
  return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
}

/// The logits that libtorch gives for a model's first fold.
func libtorchLogits(of model: Model, on input: [Float], shape: [Int]) async throws -> [Float] {
  try await Task { @DeviceActor in
    let network = try PreparedNetwork(
      model.plan.architecture,
      weights: DrawnFold(weights: model.folds[0].weights)
    )
    return try network(Tensor(input, shape: shape)).values()
  }.value
}

private struct DrawnFold: WeightSource {
  let weights: [String: WeightTensor]
  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    guard let weight = weights[name] else { throw .missingWeight(name: name) }
    return weight.values
  }
}

@globalActor private actor DeviceActor {
  static let shared = DeviceActor()

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }
}
