/// What a person decides about a plan; everything else follows from the data set.
public struct PlanningOptions: Hashable, Sendable {
  /// Which resolution is trained.
  public enum Resolution: String, Codable, Hashable, Sendable, CaseIterable {
    /// The data set's own spacing.
    case full = "3d_fullres"
    /// A coarser spacing, on which a patch sees a quarter of the scan.
    case low = "3d_lowres"
  }

  /// Which axes of the patch are mirrored in training.
  public enum Mirroring: String, Codable, Hashable, Sendable, CaseIterable {
    /// None.
    case none
    /// From side to side of the patient, where left and right structures can be exchanged.
    case sides
    /// All three, as nnU-Net does, but left and right structures are exchanged.
    case all
  }

  /// The family of networks.
  public var preset: PlanningPreset
  /// The memory to plan for, in GB; `nil` takes the preset's.
  public var memory: Double?
  /// Which resolution is trained.
  public var resolution: Resolution
  /// The target spacing along the scan's array axes k, j, i in mm; `nil` follows the data set.
  public var spacing: [Double]?
  /// The patch in the network's axis order, made larger to fit the strides; `nil` follows memory.
  public var patch: [Int]?
  /// Features of the first stage; doubled from stage to stage up to ten times as many.
  public var features: Int
  /// Patches a step; `nil` follows memory.
  public var batchSize: Int?
  /// How often to validate; `nil` is nnU-Net's 1000.
  public var epochs: Int?
  /// Steps between validations; `nil` is nnU-Net's 250.
  public var stepsPerEpoch: Int?
  /// Which axes are mirrored.
  public var mirroring: Mirroring
  /// Which parts M3-Net has, where it is planned.
  public var m3: M3Options
  /// Whether a U-Net pays attention to the masks among the data set's channels.
  public var hasMaskAttention: Bool
  /// What the network sees of a CT, a channel each; `nil` is one channel as nnU-Net normalizes it.
  public var windows: [PlannedWindow]?
  /// How often a scan that may be missing is left out in training, from 0 to 0.9; `nil` is 0.2 for
  /// M3-Net of several scans, else 0.
  public var modalityDropout: Double?
  /// The scans that may be missing, by name; empty is all for M3-Net, else all but the first.
  public var optionalChannels: [String]
  /// What all chance follows from.
  public var seed: UInt64

  /// Options; by default nnU-Net's plan for the preset.
  public init(
    preset: PlanningPreset = .plain,
    memory: Double? = nil,
    resolution: Resolution = .full,
    spacing: [Double]? = nil,
    patch: [Int]? = nil,
    features: Int = 32,
    batchSize: Int? = nil,
    epochs: Int? = nil,
    stepsPerEpoch: Int? = nil,
    mirroring: Mirroring = .sides,
    m3: M3Options = M3Options(),
    hasMaskAttention: Bool = false,
    windows: [PlannedWindow]? = nil,
    modalityDropout: Double? = nil,
    optionalChannels: [String] = [],
    seed: UInt64 = 0
  ) {
    self.preset = preset
    self.memory = memory
    self.resolution = resolution
    self.spacing = spacing
    self.patch = patch
    self.features = features
    self.batchSize = batchSize
    self.epochs = epochs
    self.stepsPerEpoch = stepsPerEpoch
    self.mirroring = mirroring
    self.m3 = m3
    self.hasMaskAttention = hasMaskAttention
    self.windows = windows
    self.modalityDropout = modalityDropout
    self.optionalChannels = optionalChannels
    self.seed = seed
  }

  /// The memory that is planned for, in GB.
  public var plannedMemory: Double { memory ?? preset.memory }

  /// Checks that every number is one that a plan can have.
  func validate() throws(PlanningError) {
    func check(_ holds: Bool, _ field: String, _ value: String, _ expected: String)
      throws(PlanningError)
    {
      guard holds else { throw .badOption(field, value: value, expected: expected) }
    }
    try check(
      (0.001...100_000).contains(plannedMemory),
      "memory",
      "\(plannedMemory) GB",
      "0.001 to 100000 GB"
    )
    try check((1...320).contains(features), "features", "\(features)", "1 to 320")
    if let spacing {
      try check(
        spacing.count == 3 && spacing.allSatisfy((0.01...100).contains),
        "spacing",
        "\(spacing)",
        "three lengths from 0.01 to 100 mm"
      )
    }
    if let patch {
      try check(
        patch.count == 3 && patch.allSatisfy((8...1024).contains),
        "patch",
        "\(patch)",
        "three sizes from 8 to 1024 voxels"
      )
    }
    if let windows {
      try check((1...16).contains(windows.count), "windows", "\(windows.count)", "1 to 16 of them")
    }
    try check(
      (0...0.9).contains(dropoutShare),
      "modality-dropout",
      "\(dropoutShare)",
      "0 to 0.9"
    )
    if let batchSize {
      try check((1...4096).contains(batchSize), "batch-size", "\(batchSize)", "1 to 4096")
    }
    if let epochs {
      try check((1...1_000_000).contains(epochs), "epochs", "\(epochs)", "1 to 1000000")
    }
    if let stepsPerEpoch {
      try check(
        (1...1_000_000).contains(stepsPerEpoch),
        "steps-per-epoch",
        "\(stepsPerEpoch)",
        "1 to 1000000"
      )
    }
  }
}
