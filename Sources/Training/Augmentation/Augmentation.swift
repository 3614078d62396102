import Randomness

/// One way to vary a patch: chance first, then a plain function of what was drawn.
///
/// A draw can be written down and applied again; the same draw gives the same bytes.
protocol Augmentation {
  /// What chance decided.
  associatedtype Draw: Codable, Hashable, Sendable

  /// Draws for a patch with this many channels.
  /// - Returns: `nil` where the patch stays as it is.
  func draw(channels: Int, using generator: inout SeededGenerator) -> Draw?

  /// Varies the patch as drawn.
  static func apply(_ draw: Draw, to patch: inout Patch)
}

/// Everything that chance decided about one patch, apart from where it was cut.
///
/// The parts are applied in this order, which is nnU-Net's.
public struct AugmentationDraw: Codable, Hashable, Sendable {
  /// Rotation, scaling and elastic deformation.
  var spatial: SpatialVariation.Draw?
  /// Gaussian noise.
  var noise: GaussianNoise.Draw?
  /// Gaussian blur.
  var blur: GaussianBlur.Draw?
  /// A factor of each channel's intensities.
  var brightness: Brightness.Draw?
  /// A factor about each channel's mean.
  var contrast: Contrast.Draw?
  /// A coarser grid for some channels.
  var lowResolution: LowResolution.Draw?
  /// Gamma on the inverted image.
  var invertedGamma: GammaCorrection.Draw?
  /// Gamma.
  var gamma: GammaCorrection.Draw?
  /// The axes that are mirrored.
  var mirroring: Mirroring.Draw?
  /// The channels that are left out.
  var dropout: ChannelDropout.Draw?
  /// How the second modality is moved.
  var deformation: ElasticField.Draw?
}

extension AugmentationPlan {
  /// Draws for one patch of one step.
  ///
  /// Each kind has a stream of its own, so that changing one's probability leaves the others' draws.
  /// - Parameters:
  ///   - channels: The number of the network's channels.
  ///   - sources: The scan that each is made of; `nil` where each has its own.
  ///   - optional: The scans that may be left out; `nil` is all but the first.
  ///   - seed: What all chance follows from.
  ///   - step: The training's step.
  ///   - sample: The patch's place in the batch.
  /// - Returns: What chance decided.
  func draw(
    channels: Int,
    sources: [Int]? = nil,
    optional: Set<Int>? = nil,
    seed: UInt64,
    step: Int,
    sample: Int
  ) -> AugmentationDraw {
    var kind: UInt64 = 0
    func next<Kind: Augmentation>(_ augmentation: Kind) -> Kind.Draw? {
      kind += 1
      var generator = SeededGenerator(
        seed: seed,
        stream: 0x6175_676D,
        UInt64(step),
        UInt64(sample),
        kind
      )
      return augmentation.draw(channels: channels, using: &generator)
    }
    return AugmentationDraw(
      spatial: next(SpatialVariation(plan: self)),
      noise: next(GaussianNoise(chance: noise)),
      blur: next(GaussianBlur(chance: blur)),
      brightness: next(Brightness(chance: brightness)),
      contrast: next(Contrast(chance: contrast)),
      lowResolution: next(LowResolution(chance: lowResolution, isInPlane: isInPlane)),
      invertedGamma: next(GammaCorrection(chance: invertedGamma, isInverted: true)),
      gamma: next(GammaCorrection(chance: gamma, isInverted: false)),
      mirroring: next(Mirroring(axes: mirroringAxes)),
      dropout: next(
        ChannelDropout(probability: channelDropout, sources: sources, optional: optional)
      ),
      deformation: knownDeformation.flatMap {
        next(KnownDeformation(chance: $0, isInPlane: isInPlane))
      }
    )
  }
}

extension AugmentationDraw {
  /// A patch varied as drawn, as if nothing lay around it; classes of sides are not exchanged.
  public func applied(to patch: Patch) -> Patch {
    var patch = patch
    if let spatial { SpatialVariation.apply(spatial, to: &patch) }
    apply(to: &patch)
    return patch
  }

  /// Varies a patch that was already cut with the draw's spatial part.
  /// - Parameters:
  ///   - patch: The patch.
  ///   - masks: The channels that are masks: their numbers are no intensities and stay.
  func apply(to patch: inout Patch, masks: [Int] = []) {
    let kept = masks.map { channel in patch.withChannel(channel) { Array($0) } }
    varyIntensities(of: &patch)
    for (channel, values) in zip(masks, kept) {
      patch.withChannel(channel) { _ = $0.update(fromContentsOf: values) }
    }
    if let mirroring { Mirroring.apply(mirroring, to: &patch) }
    if let dropout { ChannelDropout.apply(dropout, to: &patch) }
    if let deformation { KnownDeformation.apply(deformation, to: &patch) }
  }

  private func varyIntensities(of patch: inout Patch) {
    if let noise { GaussianNoise.apply(noise, to: &patch) }
    if let blur { GaussianBlur.apply(blur, to: &patch) }
    if let brightness { Brightness.apply(brightness, to: &patch) }
    if let contrast { Contrast.apply(contrast, to: &patch) }
    if let lowResolution { LowResolution.apply(lowResolution, to: &patch) }
    if let invertedGamma { GammaCorrection.apply(invertedGamma, to: &patch) }
    if let gamma { GammaCorrection.apply(gamma, to: &patch) }
  }
}

extension AugmentationPlan.Chance {
  /// Whether it happens this time.
  func happens(using generator: inout SeededGenerator) -> Bool {
    generator.nextUnit() < probability
  }

  /// A value drawn evenly from the range.
  func even(using generator: inout SeededGenerator) -> Double {
    lower + (upper - lower) * generator.nextUnit()
  }

  /// A factor drawn as often below 1 as above, where the range has both (nnU-Net's `BGContrast`).
  func factor(using generator: inout SeededGenerator) -> Double {
    let below = generator.nextUnit() < 0.5 && lower < 1
    let (from, to) = below ? (lower, min(upper, 1)) : (max(lower, 1), upper)
    return from + (to - from) * generator.nextUnit()
  }
}

extension Patch {
  /// The number of voxels.
  var voxelCount: Int { size[0] * size[1] * size[2] }

  /// Calls `body` with the voxels of one channel.
  mutating func withChannel<Result>(
    _ channel: Int,
    _ body: (UnsafeMutableBufferPointer<Float>) -> Result
  ) -> Result {
    let count = voxelCount
    return image.withUnsafeMutableBufferPointer { image in
      body(UnsafeMutableBufferPointer(rebasing: image[channel * count..<(channel + 1) * count]))
    }
  }
}
