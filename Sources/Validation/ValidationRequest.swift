import Datasets
public import Foundation
public import Segmentation
public import Training

/// Which folds to validate, and how their networks run.
public struct ValidationRequest: Sendable {
  /// The folder that was planned and trained in.
  public var work: URL
  /// The folds; `nil` takes all that are trained.
  public var folds: [Int]?
  /// The weights to compare; `nil` takes all that every fold has.
  public var weights: [TrainedFold.Weights]?
  /// How the networks compute.
  public var precision: Precision
  /// Whether predictions are averaged over the mirrorings that the plan allows.
  public var mirroring: Bool
  /// The distance between windows as a part of a window, in (0, 1].
  public var stepFraction: Double
  /// Where the networks run.
  public var device: DeviceChoice
  /// The number of threads; `nil` takes all cores.
  public var threads: Int?

  /// A request; everything has the default of ``SegmentationRequest``.
  public init(
    work: URL,
    folds: [Int]? = nil,
    weights: [TrainedFold.Weights]? = nil,
    precision: Precision = .float32,
    mirroring: Bool = true,
    stepFraction: Double = 0.5,
    device: DeviceChoice = .automatic,
    threads: Int? = nil
  ) {
    self.work = work
    self.folds = folds
    self.weights = weights
    self.precision = precision
    self.mirroring = mirroring
    self.stepFraction = stepFraction
    self.device = device
    self.threads = threads
  }

  var settings: ValidationDecision.Settings {
    .init(precision: precision, mirroring: mirroring, step: stepFraction)
  }

  /// A case of the data set as the service takes it, without the channels that it has no scan of.
  func segmentation(
    of one: TrainingCase,
    channelNames: [String],
    model: URL,
    postprocessing: Bool
  ) -> SegmentationRequest {
    let missing = zip(channelNames, one.channels).filter { $1 == TrainingCase.noScan }
    var request = SegmentationRequest(
      inputs: one.scans,
      model: model,
      precision: precision,
      mirroring: mirroring,
      stepFraction: stepFraction,
      device: device,
      threads: threads,
      postprocessing: postprocessing
    )
    request.missingChannels = missing.map(\.0)
    return request
  }
}

/// Where a validation is.
public struct ValidationProgress: Sendable, Hashable {
  /// What is predicted: a fold and its weights, or the average of folds.
  public var name: String
  /// Cases of it that are done.
  public var done: Int
  /// Its cases.
  public var total: Int
  /// Where the case at work is; `nil` between two cases.
  public var current: SegmentationProgress?
}
