public import Foundation
public import Inference
public import Registration
import Torch

/// What to segment, with which model, and how.
public struct SegmentationRequest: Sendable, Hashable {
  /// One file or DICOM folder per channel, in the model's order, the missing ones left out.
  public var inputs: [URL]
  /// The model's channels, by name, that the case has no scan of; of those that it was also trained
  /// without (``ModelPlan/optionalChannels``).
  public var missingChannels: [String] = []
  /// The channel, by name, whose scan the contours lie on; `nil` takes the first that is there.
  public var contouredChannel: String?
  /// How the other scans are laid on the first one; `nil` leaves them where their files put them.
  public var registration: RegistrationKind?
  /// The DICOM series to take where a folder holds several: its UID or its number in the list.
  public var series: String?
  /// A model folder or zip export.
  public var model: URL
  /// The folds to average; `nil` takes all that are there.
  public var folds: [String]?
  /// The precision of weights and activations.
  public var precision: Precision
  /// Whether predictions are averaged over the mirrorings that the model allows.
  public var mirroring: Bool
  /// The distance between windows as a part of a window, in (0, 1].
  public var stepFraction: Double
  /// Where the network runs.
  public var device: DeviceChoice
  /// The number of threads; `nil` takes all cores.
  public var threads: Int?
  /// Which part of the scan the windows cover.
  public var placement: WindowPlacement
  /// Where each structure's probabilities are written, if anywhere.
  public var probabilitiesFolder: URL?
  /// Whether the rules that were decided for the model's label maps are followed.
  public var postprocessing: Bool
  /// Which organs come first, and by when; `nil` runs all windows in the order of the scan.
  public var prioritization: Prioritization?

  /// Whether the network's own registration is given as well; of those that have one, and with all
  /// windows.
  public var findsRegistration = false

  /// How folds, mirroring and step follow from the scan's size; `nil` takes the request's own.
  public var policy: InferencePolicy?

  /// A request; everything but inputs and model has a default, nnU-Net's for the network.
  public init(
    inputs: [URL],
    model: URL,
    series: String? = nil,
    folds: [String]? = nil,
    precision: Precision = .float32,
    mirroring: Bool = true,
    stepFraction: Double = 0.5,
    device: DeviceChoice = .automatic,
    threads: Int? = nil,
    placement: WindowPlacement = .nnunet,
    probabilitiesFolder: URL? = nil,
    postprocessing: Bool = true,
    prioritization: Prioritization? = nil
  ) {
    self.inputs = inputs
    self.model = model
    self.series = series
    self.folds = folds
    self.precision = precision
    self.mirroring = mirroring
    self.stepFraction = stepFraction
    self.device = device
    self.threads = threads
    self.placement = placement
    self.probabilitiesFolder = probabilitiesFolder
    self.postprocessing = postprocessing
    self.prioritization = prioritization
  }
}

/// The precision of a network's weights and activations; logits are always single precision.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// IEEE single precision.
  case float32 = "fp32"
  /// bfloat16: half the memory; labels differ in a few voxels.
  case bfloat16 = "bf16"

  var tensorType: TensorType { self == .bfloat16 ? .bfloat16 : .float32 }
}

/// Which device a run asks for.
public enum DeviceChoice: String, Sendable, Hashable, Codable, CaseIterable {
  /// A CUDA device where there is one, else the processor.
  case automatic = "auto"
  /// The processor.
  case cpu
  /// The first NVIDIA GPU.
  case cuda
}

/// Where a run is.
public enum SegmentationProgress: Sendable, Hashable {
  /// A stage begins: reading, preparing, …
  case stage(String)
  /// Windows run so far, of all.
  case windows(done: Int, total: Int)
}
