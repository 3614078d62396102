public import Adaptation
public import Anatomy
public import Foundation
public import Models
import VolumeFiles
public import Volumes

/// The channels of an adaptive model.
/// - Throws: ``AdaptError/notAdaptive(channels:)``; `AdaptationError` where a channel is unknown.
public func adaptiveChannels(of plan: ModelPlan) throws -> [AdaptationChannel] {
  let channels = try plan.channelNames.map { name in
    guard let channel = AdaptationChannel(named: name) else {
      throw AdaptationError.unknownChannel(name: name)
    }
    return channel
  }
  guard channels.contains(where: { $0 != .later && $0 != .earlier }) else {
    throw AdaptError.notAdaptive(channels: plan.channelNames)
  }
  return channels
}

/// The rules in a model's folder; none where it has none.
/// - Throws: ``AdaptError/damagedRules(file:)``.
public func adaptationRules(of model: URL) throws(AdaptError) -> AdaptationRules {
  let file = model.appending(path: AdaptationRules.fileName)
  guard FileManager.default.fileExists(atPath: file.path) else { return AdaptationRules() }
  do {
    return try JSONDecoder().decode(AdaptationRules.self, from: Data(contentsOf: file))
  } catch {
    throw .damagedRules(file: AdaptationRules.fileName)
  }
}

/// Reads earlier contours and gives their structures names: the file's own, else GTVp and GTVn for 1
/// and 2 as in HNTS-MRG.
/// - Throws: `VolumeFileError`; ``AdaptError/unknownLabels(file:labels:known:)``.
public func readTumorContours(at url: URL) throws -> (contours: LabelMap, scheme: LabelScheme) {
  let file = try readLabelMap(at: url)
  let scheme = file.scheme ?? LabelScheme(named: "hntsmrg") ?? LabelScheme(entries: [])
  var unknown: Set<UInt16> = []
  file.labelMap.withUnsafeVoxels { voxels in
    for label in voxels where label > 0 && scheme.entry(label: label) == nil {
      unknown.insert(label)
    }
  }
  guard unknown.isEmpty else {
    throw AdaptError.unknownLabels(
      file: url.lastPathComponent,
      labels: unknown.sorted(),
      known: scheme.entries.map { "\($0.label) \($0.name)" }
    )
  }
  return (file.labelMap, scheme)
}
