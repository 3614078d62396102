import Datasets
import ImageProcessing
import Preprocessing

/// The network's channels: one a scan, or several windows of each CT.
func plannedChannels(
  of dataset: TrainingDataset,
  _ fingerprint: DatasetFingerprint,
  options: PlanningOptions
) throws(PlanningError) -> [ChannelNormalization] {
  let isMostlyZero = fingerprint.medianRelativeSize < 0.75
  let byName = zip(dataset.channelNames, fingerprint.channels).map { name, channel in
    ChannelNormalization(channelNamed: name, channel, isMostlyZero: isMostlyZero)
  }
  guard let windows = options.windows else { return byName }
  guard byName.contains(where: { $0.scheme == .ct }) else {
    throw .badOption(
      "windows",
      value: "\(windows.count) of a CT",
      expected: "a scan named CT in the data set"
    )
  }
  return byName.enumerated().flatMap { source, channel in
    guard channel.scheme == .ct, let foreground = channel.foreground else {
      var other = channel
      other.source = source
      return [other]
    }
    return windows.map { $0.normalization(of: source, foreground: foreground) }
  }
}

/// The scans that the network must learn to do without; `nil` where it is given all.
func plannedOptionalChannels(
  of dataset: TrainingDataset,
  options: PlanningOptions
) throws(PlanningError) -> [String]? {
  guard options.dropoutShare > 0 else {
    guard options.optionalChannels.isEmpty else {
      throw .badOption("optional", value: "given", expected: "a share of modality-dropout with it")
    }
    return nil
  }
  let known = dataset.channelNames
  guard known.count > 1 else {
    guard let share = options.modalityDropout else { return nil }
    throw .badOption(
      "modality-dropout",
      value: "\(share)",
      expected: "a data set with several scans a case, this one has \(known.joined())"
    )
  }
  guard !options.optionalChannels.isEmpty else {
    return options.preset == .m3 ? known : Array(known.dropFirst())
  }
  var wanted: Set<String> = []
  for name in options.optionalChannels {
    guard let found = known.first(where: { $0.lowercased() == name.lowercased() }) else {
      throw .dataset(.unknownChannel(name, known: known))
    }
    wanted.insert(found)
  }
  return known.filter(wanted.contains)
}

extension PreparationPlan {
  /// What each of the network's channels is, in a word or two.
  func channelTexts(_ names: [String]) -> [String] {
    channels.enumerated().map { number, channel in
      let name = names.indices.contains(source(of: number)) ? names[source(of: number)] : "scan"
      guard channel.scheme == .window, let window = channel.window else {
        return "\(name): \(channel.scheme.rawValue)"
      }
      return "\(name): \(PlanReasons.short(window.lower)) to \(PlanReasons.short(window.upper))"
    }
  }
}

extension PlanningOptions {
  /// How often a scan that may be missing is left out in training.
  var dropoutShare: Double { modalityDropout ?? (preset == .m3 ? 0.2 : 0) }
}
