public import NeuralNetworks
public import Torch

/// Why a prepared case could not be segmented.
public enum InferenceError: Error, Hashable {
  /// The case has another number of channels than the network takes.
  case wrongChannelCount(found: Int, expected: Int)
  /// Logits became infinite in half precision; nnU-Net stops here too.
  case notFinite
  /// The plan resamples logits in a way we do not.
  case unsupportedLogitResampling(order: Int)
  /// The plan does not resample logits, but the sizes differ.
  case sizesDiffer(prepared: [Int], scan: [Int])
  /// The step between windows is not in (0, 1].
  case impossibleStep(Double)
  /// The work was cancelled.
  case cancelled
  /// The network could not be built.
  case network(NetworkError)
  /// libtorch refused.
  case torch(TorchError)
}

extension InferenceError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .wrongChannelCount(let found, let expected):
      "Inference: the case has \(found) channels; the network takes \(expected)."
    case .notFinite:
      "Inference: the network's logits overflow half precision; the scan or the weights are out of range."
    case .unsupportedLogitResampling(let order):
      "Inference: logits are resampled with order 0 or 1; the plan asks for order \(order)."
    case .sizesDiffer(let prepared, let scan):
      "Inference: the plan does not resample logits, but the prepared grid is \(prepared) and the scan \(scan)."
    case .impossibleStep(let step):
      "Inference: the step between windows is \(step) of a window; it must be above 0 and at most 1."
    case .cancelled:
      "Cancelled."
    case .network(let error):
      error.description
    case .torch(let error):
      error.description
    }
  }
}
