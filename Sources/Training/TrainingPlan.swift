public import Models
public import NeuralNetworks

/// Everything that decides a training run: with the data set and the seed, the same weights.
///
/// Written as readable JSON beside every checkpoint, and printed at the top of every report.
public struct TrainingPlan: Codable, Hashable, Sendable {
  /// What is trained: network, preparation, labels, patch.
  public var model: ModelPlan
  /// How many patches a step sees, over all processes together.
  public var batchSize: Int
  /// How many steps a batch is gathered over; memory follows `batchSize / accumulation`.
  public var accumulation: Int
  /// Steps between two validations.
  public var stepsPerEpoch: Int
  /// How often to validate; steps in all are `epochs · stepsPerEpoch`.
  public var epochs: Int
  /// Validation batches at the end of an epoch.
  public var validationSteps: Int
  /// The share of patches that must hold a structure.
  public var foregroundShare: Double
  /// What is made small.
  public var loss: LossPlan
  /// What is made small beside, of a network with masks or a registration; `nil` for others.
  public var jointLoss: JointLossPlan?
  /// How weights follow their gradients.
  public var optimizer: OptimizerPlan
  /// How patches are varied.
  public var augmentation: AugmentationPlan
  /// What all chance follows from.
  public var seed: UInt64
  /// The data set's fingerprint that the plan was made from: a training on another one is refused.
  public var datasetChecksum: String
  /// Why a value is what it is, by the value's name; for people.
  public var reasons: [String: String]

  /// A plan from its parts; the defaults are nnU-Net's.
  public init(
    model: ModelPlan,
    batchSize: Int = 2,
    accumulation: Int = 1,
    stepsPerEpoch: Int = 250,
    epochs: Int = 1000,
    validationSteps: Int = 50,
    foregroundShare: Double = 0.33,
    loss: LossPlan = LossPlan(),
    jointLoss: JointLossPlan? = nil,
    optimizer: OptimizerPlan = OptimizerPlan(),
    augmentation: AugmentationPlan = AugmentationPlan(),
    seed: UInt64 = 0,
    datasetChecksum: String = "",
    reasons: [String: String] = [:]
  ) {
    self.model = model
    self.batchSize = batchSize
    self.accumulation = accumulation
    self.stepsPerEpoch = stepsPerEpoch
    self.epochs = epochs
    self.validationSteps = validationSteps
    self.foregroundShare = foregroundShare
    self.loss = loss
    self.jointLoss = jointLoss
    self.optimizer = optimizer
    self.augmentation = augmentation
    self.seed = seed
    self.datasetChecksum = datasetChecksum
    self.reasons = reasons
  }
}
