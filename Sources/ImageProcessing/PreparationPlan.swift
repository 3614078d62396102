/// How a scan is prepared for a network and its answer brought back: nnU-Net v2's fields, typed.
///
/// Axes here are *array axes*: a volume in memory is an array `[k][j][i]`, so array axis 0 is k and
/// array axis 2 is i. `transposeForward` then reorders the array axes for the network.
public struct PreparationPlan: Codable, Hashable, Sendable {
  /// For each axis of the network's array, the array axis of the file it comes from.
  public var transposeForward: [Int]
  /// Target spacing in mm, in the network's axis order (after `transposeForward`).
  public var spacing: [Double]
  /// How each of the network's channels is made of a scan, in the network's order.
  public var channels: [ChannelNormalization]
  /// How images are resampled to `spacing`.
  public var imageResampling: ResamplingRule
  /// How a previous stage's labels are resampled to `spacing`.
  public var labelResampling: ResamplingRule
  /// How logits are resampled back to the scan's grid.
  public var logitResampling: ResamplingRule

  /// A plan from its parts.
  public init(
    transposeForward: [Int],
    spacing: [Double],
    channels: [ChannelNormalization],
    imageResampling: ResamplingRule = .init(order: 3),
    labelResampling: ResamplingRule = .init(order: 1),
    logitResampling: ResamplingRule = .init(order: 1)
  ) {
    self.transposeForward = transposeForward
    self.spacing = spacing
    self.channels = channels
    self.imageResampling = imageResampling
    self.labelResampling = labelResampling
    self.logitResampling = logitResampling
  }
}

extension PreparationPlan {
  /// How many scans the channels are made of.
  public var sourceCount: Int { (sources.max() ?? -1) + 1 }

  /// For each channel the scan that it is made of, by its place among a case's scans.
  public var sources: [Int] { channels.indices.map(source(of:)) }

  /// The scan that a channel is made of, by its place among a case's scans.
  public func source(of channel: Int) -> Int { channels[channel].source ?? channel }
}

/// The normalization of one channel.
public struct ChannelNormalization: Codable, Hashable, Sendable {
  /// Which formula.
  public var scheme: NormalizationScheme
  /// Whether mean and deviation are taken, and applied, only where the scan is not zero.
  public var usesNonzeroMask: Bool
  /// The training set's foreground intensities; needed by ``NormalizationScheme/ct``.
  public var foreground: ForegroundIntensities?
  /// The intensities that become 0 and 1; needed by ``NormalizationScheme/window``.
  public var window: WindowBounds?
  /// The scan that the channel is made of, by its place among a case's scans; `nil` is the channel's
  /// own place.
  ///
  /// Several channels can be windows of one scan.
  public var source: Int?

  /// A normalization from its parts.
  public init(
    scheme: NormalizationScheme,
    usesNonzeroMask: Bool = false,
    foreground: ForegroundIntensities? = nil,
    window: WindowBounds? = nil,
    source: Int? = nil
  ) {
    self.scheme = scheme
    self.usesNonzeroMask = usesNonzeroMask
    self.foreground = foreground
    self.window = window
    self.source = source
  }
}

/// The range of intensities that a channel shows.
public struct WindowBounds: Codable, Hashable, Sendable {
  /// What becomes 0, and everything below; HU of a CT.
  public var lower: Double
  /// What becomes 1, and everything above; more than `lower`.
  public var upper: Double

  /// A window from its bounds.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Whether the bounds are finite and leave room between them.
  public var isUsable: Bool { lower.isFinite && upper.isFinite && lower < upper }
}

/// nnU-Net's normalization formulas, by its class names, and one of our own.
public enum NormalizationScheme: String, Codable, Hashable, Sendable, CaseIterable {
  /// Clip to the foreground's 0.5 and 99.5 percentiles, subtract its mean, divide by its deviation.
  case ct = "CTNormalization"
  /// Subtract the scan's mean, divide by its deviation.
  case zScore = "ZScoreNormalization"
  /// Leave as it is.
  case none = "NoNormalization"
  /// Map the scan's range to 0…1.
  case rescaleTo01 = "RescaleTo01Normalization"
  /// Divide by 255; values outside 0…255 are refused.
  case rgbTo01 = "RGBTo01Normalization"
  /// Clip to a window and map it to 0…1; nnU-Net has no class of the name.
  case window = "WindowNormalization"
}

/// Statistics of a training set's foreground intensities (nnU-Net's fingerprint).
public struct ForegroundIntensities: Codable, Hashable, Sendable {
  /// The mean.
  public var mean: Double
  /// The standard deviation.
  public var standardDeviation: Double
  /// The 0.5 percentile.
  public var percentile005: Double
  /// The 99.5 percentile.
  public var percentile995: Double

  /// Statistics from their values.
  public init(
    mean: Double,
    standardDeviation: Double,
    percentile005: Double,
    percentile995: Double
  ) {
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.percentile005 = percentile005
    self.percentile995 = percentile995
  }
}

/// How an array is resampled from one grid to another: nnU-Net v2's resampling functions.
public struct ResamplingRule: Codable, Hashable, Sendable {
  /// Which family of functions.
  public enum Method: String, Codable, Hashable, Sendable {
    /// scikit-image's `resize` on SciPy's splines (`resample_data_or_seg_to_shape`).
    case spline
    /// PyTorch's linear `interpolate` (`resample_torch_fornnunet`).
    case linear
    /// Nothing (`no_resampling_hack`).
    case identity
  }
  /// Which family of functions.
  public var method: Method
  /// The spline order in plane, or everywhere where z is not separate: 0, 1 or 3.
  public var order: Int
  /// The spline order across slices where z is separate.
  public var orderZ: Int
  /// Whether z is resampled on its own; `nil` decides by anisotropy.
  public var forceSeparateZ: Bool?
  /// Above this ratio of largest to smallest spacing, z is separate.
  public var anisotropyThreshold: Double

  /// A rule from its parts; the defaults are nnU-Net's.
  public init(
    method: Method = .spline,
    order: Int,
    orderZ: Int = 0,
    forceSeparateZ: Bool? = nil,
    anisotropyThreshold: Double = 3
  ) {
    self.method = method
    self.order = order
    self.orderZ = orderZ
    self.forceSeparateZ = forceSeparateZ
    self.anisotropyThreshold = anisotropyThreshold
  }

  /// The axis that is resampled on its own, if any (`determine_do_sep_z_and_axis`).
  ///
  /// The low-resolution axis of the current spacing where that is anisotropic, else of the new
  /// spacing where that is; none where two or three axes share the largest spacing.
  public func separateAxis(current: [Double], new: [Double]) -> Int? {
    func anisotropic(_ spacing: [Double]) -> Bool {
      (spacing.max() ?? 1) / (spacing.min() ?? 1) > anisotropyThreshold
    }
    func lowResolutionAxes(_ spacing: [Double]) -> [Int] {
      spacing.indices.filter { (spacing.max() ?? 0) / spacing[$0] == 1 }
    }
    let axes: [Int]
    switch forceSeparateZ {
    case .some(true): axes = lowResolutionAxes(current)
    case .some(false): return nil
    case .none:
      if anisotropic(current) {
        axes = lowResolutionAxes(current)
      } else if anisotropic(new) {
        axes = lowResolutionAxes(new)
      } else {
        return nil
      }
    }
    return axes.count == 1 ? axes[0] : nil
  }
}
