/// Why a request could not be carried out, beyond what its stages say themselves.
public enum SegmentationError: Error, Hashable {
  /// Another number of inputs than the model has channels.
  case wrongInputCount(found: Int, channels: [String])
  /// A scan is missing that the model was not trained to do without.
  case neededChannel(name: String, optional: [String])
  /// A scan that the model needs cannot be laid on the scan to contour.
  case unusableScan(channel: String, reason: String)
  /// A policy of inference cannot be followed.
  case unusablePolicy(reason: String)
  /// The model's network registers nothing.
  case noRegistration(model: String)
  /// A cascade's first stage is not beside the model.
  case noPreviousStage(name: String)
  /// A cascade's stages name different structures.
  case previousStageDiffers(name: String)
  /// The folder for probabilities cannot hold them.
  case unwritableProbabilities(folder: String)
}

extension SegmentationError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .wrongInputCount(let found, let channels):
      "Segment: \(found) inputs; the model takes \(channels.count): \(channels.joined(separator: ", "))."
    case .neededChannel(let name, let optional):
      "Segment: the model needs \(name); it can do without "
        + "\(optional.isEmpty ? "none of its scans" : optional.joined(separator: ", "))."
    case .unusableScan(let channel, let reason):
      "Segment: \(channel) cannot be used, and the model needs it: \(reason)"
    case .unusablePolicy(let reason):
      "Segment: the policy cannot be used: \(reason)."
    case .noRegistration(let model):
      "Segment: the network of \(model) has no registration; an M3-Net that was planned with one has."
    case .noPreviousStage(let name):
      "Segment: the model is the second stage of a cascade, and its first stage \(name) is not beside it."
    case .previousStageDiffers(let name):
      "Segment: the cascade's first stage \(name) has other structures than the second."
    case .unwritableProbabilities(let folder):
      "Segment: the folder \(folder) cannot hold the probabilities (not writable, or full)."
    }
  }
}
