import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite("Training")
struct TrainingTests {
  @Test("The golden file holds losses and trainings")
  func golden() throws {
    let golden = try #require(TrainingGolden.shared)
    #expect(golden.losses.losses.count == 12 && golden.trainings.count == 2)
  }

  @Test(
    "Losses and their gradients agree with PyTorch to 1e-5",
    arguments: TrainingGolden.shared?.losses.losses ?? []
  )
  func losses(_ expected: TrainingGolden.Loss) async throws {
    try await onDevice {
      let shared = try #require(TrainingGolden.shared).losses
      let values = drawn("logits", count: shared.shape.reduce(1, *)).map { 3 * $0 }
      let logits = try Tensor.parameter(values, shape: shared.shape)
      let labels = try LabelBatch(
        shared.labels,
        shape: [shared.shape[0]] + shared.shape[2...]
      )
      let loss = try expected.plan(
        predicted: [logits],
        expected: ExpectedLabels(labels: [labels], isContoured: expected.isContoured)
      )
      try loss.backward()
      let value = Double(try loss.values()[0])
      let gradient = probe("probe of logits", try #require(try logits.gradient()).values())
      #expect(abs(value - expected.value) < 1e-5 * max(1, abs(expected.value)))
      #expect(abs(gradient - expected.gradient) < 1e-5)
    }
  }

  @Test(
    "Three steps of nnU-Net's training give its losses, gradients and weights",
    arguments: TrainingGolden.shared?.trainings ?? []
  )
  func steps(_ example: TrainingGolden.Training) async throws {
    try await onDevice {
      let graph = example.plan.graph(heads: .all)
      let network = try TrainableNetwork(graph, weights: DrawnWeights())
      let optimizer = try Optimizer(
        OptimizerPlan(decayExponent: 0, largestGradientNorm: 0.5),
        for: network
      )
      let loss = LossPlan(isBatchDice: example.isBatchDice)
      let shape = [example.samples, 2] + example.sizes[0]
      let input = try Tensor(
        drawn("input of \(example.name)", count: shape.reduce(1, *)),
        shape: shape
      )
      var labels: [LabelBatch] = []
      for index in example.sizes.indices.reversed() {
        labels.append(
          try LabelBatch(
            example.labels(index),
            shape: [example.samples] + example.sizes[index]
          )
        )
      }
      let expected = ExpectedLabels(
        labels: labels,
        isContoured: [Bool](repeating: true, count: example.samples * example.outputs)
      )
      for (index, step) in example.steps.enumerated() {
        let value = try loss(predicted: network(input), expected: expected)
        try value.backward()
        #expect(abs(Double(try value.values()[0]) - step.loss) < 1e-4)
        for parameter in network.parameters {
          guard let expected = step.gradients[parameter.name] else { continue }
          let gradient = try #require(try parameter.tensor.gradient()).values()
          let found = probe("probe \(parameter.name)", gradient)
          let scale = gradient.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
          #expect(abs(found - expected) < 2e-3 * scale + 1e-6, "\(parameter.name)")
        }
        let norm = try optimizer.step(index, of: 1000)
        #expect(abs(norm - step.norm) < 1e-3 * step.norm)
      }
      for parameter in network.parameters {
        let found = probe("probe \(parameter.name)", try parameter.tensor.values())
        let expected = try #require(example.weights[parameter.name])
        #expect(abs(found - expected) < 2e-4, "\(parameter.name)")
      }
    }
  }

  @Test("Training's outputs are inference's", arguments: GoldenUNet.all)
  func sameOutputs(_ example: GoldenUNet) async throws {
    try await onDevice {
      let input = try Tensor(example.input, shape: example.shape)
      let trained = try TrainableNetwork(example.plan.graph(), weights: DrawnWeights())
      let outputs = try withoutGradients { () throws(TorchError) in try trained(input) }
      let expected = try PreparedNetwork(.unet(example.plan), weights: DrawnWeights())(input)
        .values()
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let found = try outputs[0].values()
      #expect(outputs.count == 1 && found.count == expected.count)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 * largest })
    }
  }

  @Test("bfloat16 gives gradients near single precision's")
  func bfloat16Gradients() async throws {
    try await onDevice {
      let example = try #require(TrainingGolden.shared?.trainings.last)
      func gradients(_ type: TensorType) throws -> [Float] {
        let network = try TrainableNetwork(
          example.plan.graph(),
          weights: DrawnWeights(),
          placement: Placement(type: type)
        )
        let shape = [1, 2] + example.sizes[0]
        let input = try Tensor(drawn("input", count: shape.reduce(1, *)), shape: shape)
        let labels = try LabelBatch(
          Array(example.labels(0).prefix(example.sizes[0].reduce(1, *))),
          shape: [1] + example.sizes[0]
        )
        try LossPlan()(
          predicted: network(input),
          expected: ExpectedLabels(labels: [labels], isContoured: [true, true, true, true])
        ).backward()
        return try network.parameters.flatMap { try $0.tensor.gradient()?.values() ?? [] }
      }
      let (single, half) = (try gradients(.float32), try gradients(.bfloat16))
      func product(_ a: [Float], _ b: [Float]) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let cosine =
        product(single, half) / (product(single, single) * product(half, half)).squareRoot()
      // PyTorch's own autocast gives 0.983 on this network.
      #expect(cosine > 0.97 && single != half)
    }
  }

  @Test("Initial weights have He's spread, start blocks as identities and follow the seed")
  func initialWeights() throws {
    let plan = try #require(GoldenUNet.all.first { $0.plan.encoder == .residual }).plan
    let graph = plan.graph(heads: .all)
    let weights = InitialWeights(of: graph, seed: 4)
    let name = "encoder.stages.2.blocks.0.conv1.conv.weight"
    let shape = try #require(graph.weights.first { $0.name == name }).shape
    let values = try weights.values(named: name, shape: shape)
    let variance = values.reduce(0) { $0 + Double($1 * $1) } / Double(values.count)
    let expected = 2 / (1 + 1e-4) / Double(shape.dropFirst().reduce(1, *))
    #expect(abs(variance / expected - 1) < 0.1)
    #expect(try weights.values(named: name, shape: shape) == values)
    #expect(try InitialWeights(of: graph, seed: 5).values(named: name, shape: shape) != values)
    let ends = "encoder.stages.1.blocks.0.conv2.norm.weight"
    #expect(try weights.values(named: ends, shape: [16]).allSatisfy { $0 == 0 })
    let inner = "encoder.stages.1.blocks.0.conv1.norm.weight"
    #expect(try weights.values(named: inner, shape: [16]).allSatisfy { $0 == 1 })
  }

  @Test("Output weights halve from the full resolution down and leave the lowest out")
  func outputWeights() {
    let sevenths: [Double] = [0, 1, 2, 4]
    #expect(LossPlan().outputWeights(4).map { $0 * 7 } == sevenths)
    #expect(LossPlan().outputWeights(1) == [1])
    #expect(LossPlan(hasDeepSupervision: false).outputWeights(3) == [0, 0, 1])
  }
}
