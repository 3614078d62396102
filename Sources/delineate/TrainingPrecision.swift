import ArgumentParser
import Torch

/// How a network computes while it is trained; weights are always kept in single precision.
enum TrainingPrecision: String, CaseIterable, ExpressibleByArgument {
  /// IEEE single precision.
  case float32 = "fp32"
  /// bfloat16.
  case bfloat16 = "bf16"
  /// IEEE half precision, with a scaled loss.
  case float16 = "fp16"

  /// The type of activations.
  var tensorType: TensorType {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .float16: .float16
    }
  }
}
