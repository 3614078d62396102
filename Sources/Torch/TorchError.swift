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
  /// The processes of a training could not meet.
  case unreachable(place: String, reason: String)
  /// Another process of the training is gone, or does not answer.
  case lostProcess(operation: String, reason: String)
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
    case .unreachable(let place, let reason):
      "The training's processes could not all meet at \(place): \(reason); each needs the same "
        + "MASTER_ADDR and MASTER_PORT, and its own RANK below WORLD_SIZE."
    case .lostProcess(let operation, let reason):
      "Another process of the training has ended or does not answer (\(operation): \(reason)); the "
        + "last checkpoint is kept, and the same command goes on from it."
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
