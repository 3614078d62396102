import CTorch

/// Why a tensor operation failed.
public enum TorchError: Error, Hashable {
  /// The device has too little memory for a result.
  case outOfMemory(operation: String)
  /// Shapes or numbers that do not fit together.
  case invalidArgument(operation: String, reason: String)
  /// libtorch failed for another reason.
  case failed(operation: String, reason: String)
  /// CUDA was asked for and is not there.
  case noCUDADevice
}

extension TorchError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .outOfMemory(let operation):
      "Torch: not enough memory for \(operation)."
    case .invalidArgument(let operation, let reason):
      "Torch: \(operation): \(reason)."
    case .failed(let operation, let reason):
      "Torch: \(operation) failed: \(reason.split(separator: "\n").first.map(String.init) ?? reason)."
    case .noCUDADevice:
      "Torch: this machine or this build of libtorch has no CUDA device; use --device cpu."
    }
  }
}

/// Turns a status of the C boundary into a typed error; the message is this thread's last one.
func check(_ status: ct_status, _ operation: String) throws(TorchError) {
  guard status != CT_OK else { return }
  let reason = String(cString: ct_last_message())
  switch status {
  case CT_OUT_OF_MEMORY: throw .outOfMemory(operation: operation)
  case CT_INVALID_ARGUMENT: throw .invalidArgument(operation: operation, reason: reason)
  default: throw .failed(operation: operation, reason: reason)
  }
}
