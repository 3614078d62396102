import Anatomy
import Datasets
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Preprocessing

/// Why a plan's values are what they are, in words.
struct PlanReasons {
  var dataset: TrainingDataset
  var fingerprint: DatasetFingerprint
  var options: PlanningOptions
  var shapes: PlannedShapes
  var chosen: PlannedConfiguration
  var low: PlannedConfiguration?
  var mirroring: SideMirroring
  var plan: TrainingPlan

  /// The reasons by the values' names, in ``TrainingPlan/explanation``'s order.
  var reasons: [String: String] {
    [
      "structures": structures,
      "spacing": spacing,
      "transposeForward": transpose,
      "normalization": normalization,
      "resampling": "nnU-Net's: cubic for scans, slices on their own where spacing is anisotropic",
      "patchSize": patch,
      "network": network,
      "features": features,
      "strides":
        "axes are halved while 8 voxels are left, the finest first, to a bottleneck of 4 to 7",
      "kernels": "1 along an axis whose spacing is still twice the finest, else 3",
      "batchSize": batch,
      "configuration": configuration,
      "loss": loss,
      "optimizer": "nnU-Net's: SGD, Nesterov momentum 0.99, rate 0.01 with polynomial decay",
      "foregroundShare":
        "nnU-Net's: a third of the patches, at least one a batch, hold a structure",
      "augmentation": augmentation,
      "mirroringAxes": mirroring.reason,
      "epochs": options.epochs == nil ? "nnU-Net's" : "asked for; nnU-Net's is 1000",
      "stepsPerEpoch": options.stepsPerEpoch == nil ? "nnU-Net's" : "asked for; nnU-Net's is 250",
      "validationSteps": options.stepsPerEpoch == nil ? "nnU-Net's" : "a fifth of the steps",
      "seed": "all chance follows from it",
    ]
  }

  private var structures: String {
    let counts = dataset.labels.entries.map { entry in
      fingerprint.cases.count { $0.contoured.contains(Int(entry.label)) }
    }
    let total = fingerprint.cases.count
    let partly = zip(dataset.labels.entries, counts).filter { $0.1 < total }
    let meaning =
      switch dataset.absence {
      case .notContoured: "a structure without voxels counts as not contoured"
      case .empty: "a structure without voxels counts as absent"
      case .byName: "an organ without voxels counts as not contoured, a target as absent"
      }
    guard !partly.isEmpty else { return "each is contoured in all \(total) cases" }
    return "contoured in "
      + partly.map { "\($0.1) (\($0.0.name))" }.joined(separator: ", ")
      + " of \(total) cases; \(meaning), and the loss leaves out what was not contoured"
  }

  private var spacing: String {
    if options.resolution == .low {
      return
        "made coarser from \(mm(shapes.spacing)) until a patch sees a quarter of the median case"
    }
    if options.spacing != nil {
      return
        "asked for; the median is \(mm(shapes.transposeForward.map { shapes.medianSpacing[$0] }))"
    }
    let median = "the median of \(fingerprint.cases.count) cases"
    guard let axis = shapes.refinedAxis else { return median }
    return median
      + "; across slices (\(shapes.medianSpacing[axis]) mm, few of them) the 10th percentile"
  }

  private var transpose: String {
    shapes.transposeForward == [0, 1, 2]
      ? "the axis of the largest spacing is first already"
      : "the axis of the largest spacing comes first"
  }

  private var normalization: String {
    let sentences = plan.model.preparation.channels.enumerated().map { number, channel in
      let name = dataset.channelNames[plan.model.preparation.source(of: number)]
      switch channel.scheme {
      case .ct:
        let range = channel.foreground.map {
          "\(Self.short($0.percentile005)) to \(Self.short($0.percentile995))"
        }
        return "\(name) holds Hounsfield units: clipped to the structures' 0.5 to 99.5 percentiles "
          + "(\(range ?? "")), then their mean and deviation"
      case .zScore:
        return "\(name): the scan's own mean and deviation"
          + (channel.usesNonzeroMask ? " where it is not zero (most of it is)" : "")
      case .none: return "\(name) stays as it is"
      case .window: return "\(name) through a window that was asked for, mapped to 0 to 1"
      case .rescaleTo01, .rgbTo01: return "\(name) asks for it by its name"
      }
    }
    // Several windows of one scan have one reason.
    return sentences.enumerated().filter { sentences.firstIndex(of: $1) == $0 }.map(\.element)
      .joined(separator: "; ")
  }

  private var patch: String {
    let share =
      "sees \(Int((min(chosen.patchShare, 1) * 100).rounded())) % of the median case (\(size(chosen.medianShape)))"
    if options.patch != nil {
      return "asked for, made larger to fit the strides; \(share); "
        + "\(percent(chosen.memoryShare)) of the memory for two"
    }
    return "sides alike in mm, at most the median case, shortened until two fit "
      + "\(Self.short(options.plannedMemory)) GB by nnU-Net's measure (\(percent(chosen.memoryShare))); \(share)"
  }

  private var network: String {
    let attention = plan.model.architecture.unet?.maskAttention.map { attention in
      let seen = attention.channels.map {
        dataset.channelNames[plan.model.preparation.source(of: $0)]
      }
      return "; after each stage of the encoder, attention to \(seen.joined(separator: ", "))"
    }
    return "\(options.preset.title); depths are the preset's" + (attention ?? "")
  }

  private var features: String {
    options.features == 32
      ? "nnU-Net's: 32, doubled to at most 320"
      : "\(options.features) asked for, doubled to at most \(10 * options.features); nnU-Net's are 32 and 320"
  }

  private var batch: String {
    if options.batchSize != nil {
      return
        "asked for; nnU-Net's would be \(max(2, min(chosen.batchByMemory, chosen.batchByDataset)))"
    }
    let share = percent(options.preset.largestShare)
    return
      "at least 2; the memory takes \(chosen.batchByMemory), \(share) of the data set's voxels are \(chosen.batchByDataset)"
  }

  private var configuration: String {
    switch (options.resolution, low) {
    case (.low, _): "asked for; nnU-Net would refine it in a cascade, which is not trained here"
    case (.full, .some(let low)):
      "a patch sees less than a quarter of the median case: nnU-Net would also train 3d_lowres at "
        + "\(mm(low.spacing)) (--resolution 3d_lowres)"
    case (.full, nil): "a patch sees enough of the median case for no lower resolution to be needed"
    }
  }

  private var loss: String {
    "nnU-Net's: Dice and cross-entropy at every resolution of the decoder"
      + (plan.loss.isBatchDice
        ? "; Dice over the batch, since a patch sees little of a case"
        : "; Dice over each patch")
  }

  private var augmentation: String {
    plan.augmentation.isInPlane
      ? "nnU-Net's; the patch is more than three times as long in plane: turned in plane, by any angle"
      : "nnU-Net's: turned by up to 30° about each axis"
  }

  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  private func mm(_ lengths: [Double]) -> String {
    lengths.map(Self.short).joined(separator: "×") + " mm"
  }

  private func size(_ shape: [Double]) -> String { shape.map(Self.short).joined(separator: "×") }

  /// A number with at most three decimals and none too many.
  static func short(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }
}
