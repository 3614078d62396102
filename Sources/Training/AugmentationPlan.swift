/// How patches are varied in training; by default nnU-Net's transforms with its probabilities.
///
/// Each range is drawn from evenly unless said otherwise; each probability is per patch.
/// - SeeAlso: nnU-Net v2, `nnUNetTrainer.get_training_transforms`, in this order.
public struct AugmentationPlan: Codable, Hashable, Sendable {
  /// A probability with a range of values.
  public struct Chance: Codable, Hashable, Sendable {
    /// How often, from 0 to 1.
    public var probability: Double
    /// The smallest value.
    public var lower: Double
    /// The largest value.
    public var upper: Double

    /// A chance from its parts.
    public init(_ probability: Double, _ range: ClosedRange<Double>) {
      self.probability = probability
      lower = range.lowerBound
      upper = range.upperBound
    }
  }

  /// Rotation about each axis, in radians.
  public var rotation = Chance(0.2, -Double.pi / 6...Double.pi / 6)
  /// Whether rotation, scaling, elastic deformation and low resolution leave the first axis alone:
  /// for patches much longer in plane than across slices.
  public var isInPlane = false
  /// Scaling, the same along all axes; above 1 a structure becomes smaller.
  public var scaling = Chance(0.2, 0.7...1.4)
  /// The largest displacement of elastic deformation in voxels, with a smooth random field; off.
  public var elastic = Chance(0, 2...8)
  /// Deviation of Gaussian noise, the same in all channels.
  public var noise = Chance(0.1, 0...0.1)
  /// Sigma of Gaussian blur in voxels, for each channel with probability ½ and along each axis.
  public var blur = Chance(0.2, 0.5...1)
  /// Factor of brightness, per channel.
  public var brightness = Chance(0.15, 0.75...1.25)
  /// Factor of contrast about the mean, per channel; the range of values is kept.
  public var contrast = Chance(0.15, 0.75...1.25)
  /// Factor of the resolution that a channel is brought down to and back from, per channel with
  /// probability ½.
  public var lowResolution = Chance(0.25, 0.5...1)
  /// Gamma on the inverted image, per channel; mean and deviation are kept.
  public var invertedGamma = Chance(0.1, 0.7...1.5)
  /// Gamma, per channel; mean and deviation are kept.
  public var gamma = Chance(0.3, 0.7...1.5)
  /// The axes of the network's array that are mirrored, each with probability ½.
  public var mirroringAxes: [Int] = []
  /// The pairs of classes of a left and a right structure, which are exchanged where a case is
  /// mirrored along the axis that runs between the patient's sides.
  public var sidePairs: [[Int]] = []
  /// How often each scan that may be missing is left out: all channels made of it are 0 then.
  ///
  /// Those are the model's `optionalChannels`; all but the first where the plan does not say. Never are
  /// all scans left out at once.
  public var channelDropout = 0.0
  /// How far M3-Net's second modality is moved by a drawn deformation, in voxels; `nil` for never.
  ///
  /// Its registration must find the deformation. Only for cases whose scans lie on each other.
  public var knownDeformation: Chance?

  /// nnU-Net's augmentation without mirroring.
  public init() {}

  /// No variation at all.
  public static let none: AugmentationPlan = {
    var plan = AugmentationPlan()
    let off = Chance(0, 0...0)
    plan.rotation = off
    plan.scaling = off
    plan.elastic = off
    plan.noise = off
    plan.blur = off
    plan.brightness = off
    plan.contrast = off
    plan.lowResolution = off
    plan.invertedGamma = off
    plan.gamma = off
    return plan
  }()
}
