import NeuralNetworks
import TestSupport
import Torch

extension M3NetPlan {
  /// Three stages of a few features, everything there; classes 1 and 2 are one region, 3 another.
  static var tiny: M3NetPlan {
    M3NetPlan(
      outputChannels: 4,
      features: [8, 8, 16],
      kernels: [[3, 3, 3], [3, 3, 3], [3, 3, 3]],
      strides: [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
      encoderDepths: [1, 1, 1],
      decoderDepths: [1, 1],
      gateReduction: 4,
      masks: MaskPlan(
        regions: [
          .init(name: "one", priority: 1, classes: [1, 2]),
          .init(name: "two", priority: 2, classes: [3]),
        ],
        globalStage: 1,
        regionalStage: 1
      ),
      registration: RegistrationHeadPlan(stage: 1, features: 8, squarings: 3)
    )
  }

  /// The plans of the ablations, by name.
  static var ablations: [(name: String, plan: M3NetPlan)] {
    func changed(_ change: (inout M3NetPlan) -> Void) -> M3NetPlan {
      var plan = tiny
      change(&plan)
      return plan
    }
    return [
      ("full", tiny),
      ("gates", changed { $0.fusion = .gates }),
      ("concatenation", changed { $0.fusion = .concatenation }),
      ("no masks", changed { $0.masks = nil }),
      ("no regions", changed { $0.masks?.regions = [] }),
      (
        "no registration",
        changed {
          $0.fusion = .gates
          $0.registration = nil
        }
      ),
      (
        "input",
        changed {
          $0.fusion = .input
          $0.registration = nil
          $0.masks = nil
        }
      ),
      (
        "CT alone",
        changed {
          $0.modalities = [.init(name: "ct", channels: 2)]
          $0.fusion = .input
          $0.registration = nil
        }
      ),
      ("windows", changed { $0.modalities[0].channels = 2 }),
      (
        "fine",
        changed {
          $0.registration?.stage = 0
          $0.masks?.regionalStage = 0
        }
      ),
    ]
  }

  static let size = [4, 8, 12]

  /// A drawn batch of two samples.
  func image(_ name: String = "input") throws(TorchError) -> Tensor {
    let shape = [2, inputChannels] + Self.size
    return try Tensor(drawn(name, count: shape.reduce(1, *)), shape: shape)
  }

  /// Drawn labels of all the outputs of a network of this plan.
  func expected(
    for network: TrainableNetwork,
    isContoured: [Bool]? = nil
  ) throws(TorchError) -> ExpectedOutputs {
    var labels: [NetworkRole: [LabelBatch]] = [:]
    for (role, scale) in zip(network.roles, network.outputScales) where role.isLabeled {
      let size = zip(Self.size, scale).map { $0 / $1 }
      let count: Float = role == .organs ? 4 : role == .regions ? 3 : 2
      let values = drawn("labels \(role) \(size)", count: 2 * size.reduce(1, *))
      labels[role, default: []].append(
        try LabelBatch(
          values.map { UInt8(min(count - 1, ($0 + 1) / 2 * count)) },
          shape: [2] + size
        )
      )
    }
    func known(_ count: Int) -> [Bool] { [Bool](repeating: true, count: 2 * count) }
    return ExpectedOutputs(
      organs: ExpectedLabels(labels: labels[.organs] ?? [], isContoured: known(4)),
      regions: labels[.regions].map {
        ExpectedLabels(labels: $0, isContoured: known((masks?.regions.count ?? 0) + 1))
      },
      global: labels[.global].map { ExpectedLabels(labels: $0, isContoured: known(2)) }
    )
  }
}
