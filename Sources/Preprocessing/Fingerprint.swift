/// What decides a plan: spacings and sizes of a data set's cases, and the intensities of its
/// structures.
///
/// nnU-Net v2's `dataset_fingerprint.json`. nnU-Net draws as many foreground voxels from each case;
/// here every foreground voxel counts, and each case has the same weight: what its draw comes to in
/// the limit.
public struct DatasetFingerprint: Codable, Hashable, Sendable {
  /// One case.
  public struct Case: Codable, Hashable, Sendable {
    /// The case's name.
    public var name: String
    /// The spacing of the file's array axes k, j, i in mm.
    public var spacing: [Double]
    /// The size along k, j, i after cropping to what is not zero.
    public var shape: [Int]
    /// The cropped scan's share of the voxels.
    public var relativeSize: Double
    /// The array axis that runs from one side of the patient to the other.
    public var sideAxis: Int
    /// The classes that were contoured.
    public var contoured: [Int]
    /// How many voxels each class has, from class 1.
    public var voxelCounts: [Int]

    /// A case from its parts.
    public init(
      name: String,
      spacing: [Double],
      shape: [Int],
      relativeSize: Double = 1,
      sideAxis: Int = 2,
      contoured: [Int] = [],
      voxelCounts: [Int] = []
    ) {
      self.name = name
      self.spacing = spacing
      self.shape = shape
      self.relativeSize = relativeSize
      self.sideAxis = sideAxis
      self.contoured = contoured
      self.voxelCounts = voxelCounts
    }
  }

  /// One channel's intensities where there is a structure.
  public struct Channel: Codable, Hashable, Sendable {
    /// The mean.
    public var mean: Double
    /// The standard deviation.
    public var standardDeviation: Double
    /// The smallest value.
    public var minimum: Double
    /// The 0.5 percentile.
    public var percentile005: Double
    /// The median.
    public var median: Double
    /// The 99.5 percentile.
    public var percentile995: Double
    /// The largest value.
    public var maximum: Double

    /// Intensities from their values.
    public init(
      mean: Double,
      standardDeviation: Double,
      minimum: Double,
      percentile005: Double,
      median: Double,
      percentile995: Double,
      maximum: Double
    ) {
      self.mean = mean
      self.standardDeviation = standardDeviation
      self.minimum = minimum
      self.percentile005 = percentile005
      self.median = median
      self.percentile995 = percentile995
      self.maximum = maximum
    }
  }

  /// The cases, in the data set's order.
  public var cases: [Case]
  /// The channels, in the data set's order.
  public var channels: [Channel]
  /// What the fingerprint was taken from (``TrainingDataset``'s checksum, 64 digits).
  public var datasetChecksum: String

  /// A fingerprint from its parts.
  public init(cases: [Case], channels: [Channel], datasetChecksum: String = "") {
    self.cases = cases
    self.channels = channels
    self.datasetChecksum = datasetChecksum
  }

  /// The fingerprint of cases that were taken one by one.
  /// - Throws: ``FingerprintError/noForeground``.
  public init(
    of cases: [(name: String, contoured: Set<UInt16>, fingerprint: CaseFingerprint)],
    datasetChecksum: String
  ) throws(FingerprintError) {
    self.cases = cases.map { one in
      Case(
        name: one.name,
        spacing: one.fingerprint.spacing,
        shape: one.fingerprint.shape,
        relativeSize: one.fingerprint.relativeSize,
        sideAxis: one.fingerprint.sideAxis,
        contoured: one.contoured.map(Int.init).sorted(),
        voxelCounts: one.fingerprint.voxelCounts
      )
    }
    var channels: [Channel] = []
    for number in 0..<(cases.first?.fingerprint.intensities.count ?? 0) {
      var all = IntensityDistribution()
      for one in cases { all.add(one.fingerprint.intensities[number]) }
      guard all.weight > 0 else { throw .noForeground }
      channels.append(
        Channel(
          mean: all.mean,
          standardDeviation: all.variance.squareRoot(),
          minimum: Double(all.values.first ?? 0),
          percentile005: all.quantile(0.005),
          median: all.quantile(0.5),
          percentile995: all.quantile(0.995),
          maximum: Double(all.values.last ?? 0)
        )
      )
    }
    self.channels = channels
    self.datasetChecksum = datasetChecksum
  }

  /// The median of the cases' cropped shares, as nnU-Net takes it.
  public var medianRelativeSize: Double { median(cases.map(\.relativeSize)) }
}

/// The median; of an even count, the mean of the two in the middle.
private func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2)
    ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
