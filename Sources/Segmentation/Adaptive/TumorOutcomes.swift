public import Adaptation
public import Anatomy
import Datasets
public import Foundation
import SegmentationMetrics
import VolumeFiles
import Volumes

/// Predictions of validation patients beside references, as rules are decided on.
///
/// - Parameters:
///   - predicted: The folder of predictions, one label map a patient.
///   - reference: The folder of references under the same names.
///   - patients: The patients in HNTS-MRG's layout, whose earlier scans and contours tell what is left of
///     their tumors' contrast; `nil` where volumes alone are to count.
///   - settings: With how many threads, where patients have to be registered.
///   - scheme: The structures.
/// - Returns: For each structure's name one outcome a patient, in the order of their names.
/// - Throws: ``AdaptError/noPairs(predicted:reference:)``, `VolumeFileError`; what
///   ``AdaptRequest/guidance(for:progress:isCancelled:)`` throws.
public func tumorOutcomes(
  predicted: URL,
  reference: URL,
  patients: URL? = nil,
  settings: SegmentationRequest,
  scheme: LabelScheme
) throws -> [String: [TumorOutcome]] {
  func files(_ folder: URL) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Set(names.filter { !$0.hasPrefix(".") && !$0.hasSuffix(".json") })
  }
  let names = files(predicted).intersection(files(reference)).sorted(by: isInNaturalOrder)
  guard !names.isEmpty else {
    throw AdaptError.noPairs(
      predicted: predicted.lastPathComponent,
      reference: reference.lastPathComponent
    )
  }
  var outcomes: [String: [TumorOutcome]] = [:]
  for name in names {
    let guess = try readLabelMap(at: predicted.appending(path: name)).labelMap
    let truth = LabelVolumes(try readLabelMap(at: reference.appending(path: name)).labelMap)
    let prior = try patients.flatMap { patients in
      try CaseFolder.stem(of: name).map { patient in
        try AdaptRequest(HNTSMRGPatient(patient, in: patients), settings: settings)
          .guidance(for: scheme).prior
      }
    }
    let changes =
      prior?.changes(to: guess, scheme: scheme)
      ?? structureChanges(from: [], to: tumorInstances(in: guess, scheme: scheme), scheme: scheme)
    for (entry, change) in zip(scheme.entries, changes) {
      outcomes[change.structure, default: []].append(
        TumorOutcome(
          predicted: change.millilitersAfter,
          actual: truth.volumeInMilliliters(of: entry.label),
          remainingContrast: change.remainingContrast
        )
      )
    }
  }
  return outcomes
}
