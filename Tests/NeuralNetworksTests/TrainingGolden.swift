import Foundation
import NeuralNetworks
import TestSupport
import Testing

/// Losses, gradients and updates that PyTorch and nnU-Net computed: `Golden/training.json`.
struct TrainingGolden: Decodable, Sendable {
  struct Loss: Decodable, Sendable, CustomTestStringConvertible {
    var loss: String
    var isContoured: [Bool]
    var value: Double
    var gradient: Double

    var testDescription: String { loss + (isContoured.contains(false) ? ", partly contoured" : "") }
    var plan: LossPlan {
      switch loss {
      case "crossEntropy": LossPlan(overlap: .none)
      case "focal": LossPlan(overlap: .none, voxels: .focal)
      case "topK": LossPlan(overlap: .none, voxels: .topK)
      case "generalizedDice": LossPlan(overlap: .generalizedDice, voxels: .none)
      case "dice": LossPlan(voxels: .none)
      default: LossPlan(voxels: .none, isBatchDice: true)
      }
    }
  }
  struct Losses: Decodable, Sendable {
    var shape: [Int]
    var labels: [UInt8]
    var losses: [Loss]
  }
  struct Step: Decodable, Sendable {
    var loss: Double
    var norm: Double
    var gradients: [String: Double]
  }
  struct Training: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var encoder: UNetPlan.Encoder
    var isBatchDice: Bool
    var features: [Int]
    var kernels: [[Int]]
    var strides: [[Int]]
    var encoderDepths: [Int]
    var decoderDepths: [Int]
    var outputs: Int
    var samples: Int
    var sizes: [[Int]]
    var steps: [Step]
    var weights: [String: Double]

    var testDescription: String { name }
    var plan: UNetPlan {
      UNetPlan(
        encoder: encoder,
        inputChannels: 2,
        outputChannels: outputs,
        features: features,
        kernels: kernels,
        strides: strides,
        encoderDepths: encoderDepths,
        decoderDepths: decoderDepths
      )
    }

    /// The labels of output `index` as the script draws them; sizes are listed from full resolution.
    func labels(_ index: Int) -> [UInt8] {
      let count = sizes[index].reduce(samples, *)
      return drawn("labels of \(name) \(index)", count: count).map { value in
        UInt8(min(outputs - 1, Int((Double(value) + 1) / 2 * Double(outputs))))
      }
    }
  }

  var losses: Losses
  var trainings: [Training]

  static let shared: TrainingGolden? = {
    guard
      let url = Bundle.module.url(
        forResource: "training",
        withExtension: "json",
        subdirectory: "Golden"
      ),
      let data = try? Data(contentsOf: url)
    else { return nil }
    return try? JSONDecoder().decode(TrainingGolden.self, from: data)
  }()
}

/// The scalar product of values with the drawn tensor of a name.
func probe(_ name: String, _ values: [Float]) -> Double {
  zip(values, drawn(name, count: values.count)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
