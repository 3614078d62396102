public import Torch

/// What all outputs of a network are compared with.
public struct ExpectedOutputs {
  /// The classes, for each output of the organs' pathway.
  public var organs: ExpectedLabels
  /// The regions; `nil` where the network has none.
  public var regions: ExpectedLabels?
  /// Background and anatomy; `nil` where the network has no global mask.
  public var global: ExpectedLabels?
  /// The true displacement field; `nil` where it is not known.
  public var field: ExpectedField?

  /// What is expected of each pathway.
  public init(
    organs: ExpectedLabels,
    regions: ExpectedLabels? = nil,
    global: ExpectedLabels? = nil,
    field: ExpectedField? = nil
  ) {
    self.organs = organs
    self.regions = regions
    self.global = global
    self.field = field
  }
}

/// A displacement field that is known for some samples of a batch.
public struct ExpectedField {
  /// `[N, 3, D, H, W]`, in voxels along D, H and W.
  public var displacement: Tensor
  /// `[N, 1, D, H, W]` or broadcast to it: 1 where it is known, else 0.
  public var isKnown: Tensor

  /// A field from its parts.
  public init(displacement: Tensor, isKnown: Tensor) {
    self.displacement = displacement
    self.isKnown = isKnown
  }
}

/// The loss of all that a network gives: its classes, and for M3-Net its masks and registration.
public struct TrainingObjective {
  /// One part of a loss.
  public struct Part {
    /// `organs`, or as a weight of ``JointLossPlan`` is called.
    public let name: String
    /// What it is multiplied by in the sum.
    public let weight: Double
    /// Its value before that, one number with gradients.
    public let value: Tensor
  }

  let segmentation: LossPlan
  let joint: JointLossPlan
  let network: NetworkPlan

  /// The objective of a network; without a plan of its own M3-Net's parts have the defaults.
  public init(_ segmentation: LossPlan, joint: JointLossPlan? = nil, network: NetworkPlan) {
    self.segmentation = segmentation
    self.joint = joint ?? JointLossPlan()
    self.network = network
  }

  /// The sum of all parts, a single number with gradients.
  /// - Parameters:
  ///   - predicted: the outputs of the network.
  ///   - roles: what they are.
  ///   - image: the batch they come from.
  ///   - expected: what they should be.
  ///   - shares: for the classes and each mask, the part's place in a larger batch, to whose loss
  ///     this one adds; a batch of its own by default.
  /// - Returns: A tensor of one element.
  /// - Throws: `TorchError` where outputs and expectations do not fit each other.
  public func callAsFunction(
    predicted: [Tensor],
    roles: [NetworkRole],
    image: Tensor,
    expected: ExpectedOutputs,
    shares: [NetworkRole: BatchShare] = [:]
  ) throws(TorchError) -> Tensor {
    var total: Tensor?
    let parts = try parts(
      predicted: predicted,
      roles: roles,
      image: image,
      expected: expected,
      shares: shares
    )
    for part in parts {
      let weighted = part.weight == 1 ? part.value : try part.value * part.weight
      total = try total.map { sum throws(TorchError) in try sum + weighted } ?? weighted
    }
    guard let total else {
      throw .invalidArgument(operation: "a loss", reason: "the network has no output")
    }
    return total
  }

  /// The parts of the sum that count something, the organs' first.
  /// - Parameters:
  ///   - predicted: the outputs of the network.
  ///   - roles: what they are.
  ///   - image: the batch they come from.
  ///   - expected: what they should be.
  ///   - shares: the part's place in a larger batch, as in the sum.
  /// - Returns: The parts, with their gradients.
  /// - Throws: `TorchError` where outputs and expectations do not fit each other.
  public func parts(
    predicted: [Tensor],
    roles: [NetworkRole],
    image: Tensor,
    expected: ExpectedOutputs,
    shares: [NetworkRole: BatchShare] = [:]
  ) throws(TorchError) -> [Part] {
    let outputs = Outputs(predicted, roles)
    let organs = try segmentation(
      predicted: outputs.all(.organs),
      expected: expected.organs,
      share: shares[.organs]
    )
    var parts = [Part(name: "organs", weight: 1, value: organs)]
    guard case .m3(let plan) = network else { return parts }
    // Means over this part's samples count by its share of the whole batch's.
    let samples = image.shape.first ?? 1
    let share = Double(samples) / Double(shares[.organs]?.samples ?? samples)
    for (name, weight) in joint.weights where weight > 0 {
      let value: Tensor? =
        switch name {
        case "global": try maskLoss(outputs.all(.global), expected.global, shares[.global])
        case "regions": try maskLoss(outputs.all(.regions), expected.regions, shares[.regions])
        case "containment": try containment(outputs, plan)
        case "similarity": try dissimilarity(outputs, image, plan)
        case "smoothness": try roughness(outputs, plan)
        case "folding": try outputs[.field]?.folding(scale: [1, 1, 1])
        default: try fieldLoss(outputs, expected.field)
        }
      guard let value else { continue }
      let isMask = name == "global" || name == "regions"
      let part = isMask || share == 1 ? value : try value * share
      parts.append(Part(name: name, weight: weight, value: part))
    }
    return parts
  }
}

/// The outputs of a network by their roles.
struct Outputs {
  private let tensors: [(role: NetworkRole, tensor: Tensor)]

  init(_ tensors: [Tensor], _ roles: [NetworkRole]) {
    self.tensors = Array(zip(roles, tensors).map { (role: $0, tensor: $1) })
  }

  func all(_ role: NetworkRole) -> [Tensor] {
    tensors.filter { $0.role == role }.map(\.tensor)
  }

  /// The last of a role; `nil` where there is none.
  subscript(role: NetworkRole) -> Tensor? { all(role).last }
}
