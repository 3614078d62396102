import ImageProcessing

extension ChannelNormalization {
  /// nnU-Net's smallest divisor for single-precision images.
  private static let smallestDivisor: Float = 1e-8

  /// The formula for one cropped channel, with the statistics it needs.
  ///
  /// - Parameters:
  ///   - view: The cropped channel; its mask, where it has one, bounds mean and deviation.
  ///   - channel: The channel's number, for errors.
  ///   - threads: How many threads work.
  /// - Returns: What to apply to each voxel.
  /// - Throws: ``PreparationError`` where intensities do not suit the formula.
  func transform(
    of view: ArrayView,
    channel: Int,
    threads: Int
  ) throws(PreparationError) -> IntensityTransform {
    switch scheme {
    case .none:
      return .identity
    case .ct:
      guard let foreground else { throw .missingForeground(channel: channel) }
      return IntensityTransform(
        lower: Float(foreground.percentile005),
        upper: Float(foreground.percentile995),
        shift: Float(foreground.mean),
        divisor: max(Float(foreground.standardDeviation), Self.smallestDivisor)
      )
    case .zScore:
      let statistics = view.meanAndDeviation(threads: threads)
      return IntensityTransform(
        shift: statistics.mean,
        divisor: max(statistics.deviation, Self.smallestDivisor)
      )
    case .rescaleTo01:
      let range = view.range(threads: threads)
      let lowest = Float(range.lowerBound)
      return IntensityTransform(
        shift: lowest,
        divisor: max(Float(range.upperBound) - lowest, Self.smallestDivisor)
      )
    case .rgbTo01:
      let range = view.range(threads: threads)
      guard range.lowerBound >= 0, range.upperBound <= 255 else {
        throw .outsideRGB(
          channel: channel,
          lowest: Float(range.lowerBound),
          highest: Float(range.upperBound)
        )
      }
      return IntensityTransform(divisor: 255)
    case .window:
      guard let window, window.isUsable else { throw .missingWindow(channel: channel) }
      return IntensityTransform(
        lower: Float(window.lower),
        upper: Float(window.upper),
        shift: Float(window.lower),
        divisor: max(Float(window.upper - window.lower), Self.smallestDivisor)
      )
    }
  }
}
