import Models
import NeuralNetworks

extension TrainingPlan {
  /// Checks that every number is one that a training can have.
  package func validate() throws(TrainingError) {
    func check(_ value: Int, _ bounds: ClosedRange<Int>, _ field: String) throws(TrainingError) {
      guard bounds.contains(value) else {
        throw .unusablePlan(
          field: field,
          value: "\(value)",
          expected: "\(bounds.lowerBound) to \(bounds.upperBound)"
        )
      }
    }
    func check(
      _ value: Double,
      _ bounds: ClosedRange<Double>,
      _ field: String
    ) throws(TrainingError) {
      guard bounds.contains(value) else {
        throw .unusablePlan(
          field: field,
          value: "\(value)",
          expected: "\(bounds.lowerBound) to \(bounds.upperBound)"
        )
      }
    }
    do { try model.architecture.validate(patchSize: model.patchSize) } catch {
      throw .unusablePlan(field: "model", value: "«\(error)»", expected: "a network that fits")
    }
    guard case .classes = model.outputs, model.outputs.count <= 256 else {
      throw .unusablePlan(
        field: "model.outputs",
        value: "regions or \(model.outputs.count) classes",
        expected: "at most 256 classes"
      )
    }
    try check(batchSize, 1...4096, "batchSize")
    try check(accumulation, 1...batchSize, "accumulation")
    try check(stepsPerEpoch, 1...1_000_000, "stepsPerEpoch")
    try check(epochs, 1...1_000_000, "epochs")
    try check(validationSteps, 0...1_000_000, "validationSteps")
    try check(foregroundShare, 0...1, "foregroundShare")
    try check(optimizer.learningRate, 1e-12...1e3, "optimizer.learningRate")
    try check(optimizer.weightDecay, 0...1, "optimizer.weightDecay")
    try check(optimizer.momentum, 0...1, "optimizer.momentum")
    try check(optimizer.decayExponent, 0...10, "optimizer.decayExponent")
    try check(optimizer.warmUpShare, 0...1, "optimizer.warmUpShare")
    try check(optimizer.largestGradientNorm, 1e-12...1e12, "optimizer.largestGradientNorm")
    if let decay = optimizer.averageDecay { try check(decay, 0...1, "optimizer.averageDecay") }
    try check(loss.overlapWeight, 0...1e6, "loss.overlapWeight")
    try check(loss.voxelWeight, 0...1e6, "loss.voxelWeight")
    try check(loss.smoothing, 0...1, "loss.smoothing")
    for (name, weight) in jointLoss?.weights ?? [] {
      try check(weight, 0...1e6, "jointLoss.\(name)")
    }
    if let deformation = augmentation.knownDeformation {
      try check(deformation.lower, 0...64, "augmentation.knownDeformation")
      try check(deformation.upper, deformation.lower...64, "augmentation.knownDeformation")
      guard model.architecture.m3?.registration != nil else {
        throw .unusablePlan(
          field: "augmentation.knownDeformation",
          value: "\(deformation.upper)",
          expected: "an M3-Net with a registration"
        )
      }
    }
    guard loss.overlap != .none || loss.voxels != .none else {
      throw .unusablePlan(field: "loss", value: "nothing", expected: "an overlap or a voxel loss")
    }
  }
}
