public import Adaptation
public import Anatomy
public import Foundation
import SegmentationMetrics
import VolumeFiles

/// Predicted and true volumes of patients whose label maps lie in two folders under the same names.
/// - Parameters:
///   - predicted: The folder of predictions.
///   - reference: The folder of references.
///   - scheme: The structures.
/// - Returns: For each structure's name one outcome a patient, in the order of their names.
/// - Throws: ``AdaptError/noPairs(predicted:reference:)``, `VolumeFileError`.
public func volumeOutcomes(
  predicted: URL,
  reference: URL,
  scheme: LabelScheme
) throws -> [String: [VolumeOutcome]] {
  func files(_ folder: URL) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Set(names.filter { !$0.hasPrefix(".") && !$0.hasSuffix(".json") })
  }
  let names = files(predicted).intersection(files(reference)).sorted()
  guard !names.isEmpty else {
    throw AdaptError.noPairs(
      predicted: predicted.lastPathComponent,
      reference: reference.lastPathComponent
    )
  }
  var outcomes: [String: [VolumeOutcome]] = [:]
  for name in names {
    let guess = LabelVolumes(try readLabelMap(at: predicted.appending(path: name)).labelMap)
    let truth = LabelVolumes(try readLabelMap(at: reference.appending(path: name)).labelMap)
    for entry in scheme.entries {
      outcomes[entry.name, default: []].append(
        VolumeOutcome(
          predicted: guess.volumeInMilliliters(of: entry.label),
          actual: truth.volumeInMilliliters(of: entry.label)
        )
      )
    }
  }
  return outcomes
}
