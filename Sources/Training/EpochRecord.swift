/// What one epoch came to: a line of the training log.
public struct EpochRecord: Codable, Hashable, Sendable {
  /// The number of the epoch, from 0.
  public var epoch: Int
  /// How many steps came before its end.
  public var steps: Int
  /// The learning rate of its last step.
  public var learningRate: Double
  /// The mean loss of its steps.
  public var trainingLoss: Double
  /// The mean loss of the validation batches; `nil` where there are none.
  public var validationLoss: Double?
  /// The Dice of each structure over all validation patches together, in the order of the plan's
  /// outputs without background; `nil` where it does not occur.
  public var pseudoDice: [Double?]
  /// The mean of those; `nil` where there is none.
  public var meanPseudoDice: Double?
  /// An exponential average of the means over epochs, by which the best checkpoint is chosen.
  public var averagePseudoDice: Double?
  /// The norm of the gradients before clipping, the largest of the epoch.
  public var largestGradientNorm: Double
  /// Seconds the epoch took, in this process.
  public var seconds: Double
  /// The share of the time that the network waited for batches.
  public var waitingShare: Double
}

/// How far a training is, apart from its weights.
struct TrainingState: Codable, Hashable {
  /// Steps done.
  var step = 0
  /// The sum of the losses of the running epoch's steps so far.
  var lossSum = 0.0
  /// The largest gradient norm of the running epoch so far.
  var largestGradientNorm = 0.0
  /// The epochs done.
  var epochs: [EpochRecord] = []
  /// The best average pseudo Dice so far.
  var best: Double?
  /// What the loss is multiplied by; only in half precision.
  var lossScale: LossScale?
}
