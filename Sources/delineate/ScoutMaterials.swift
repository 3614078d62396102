import Anatomy
import Datasets
import Foundation
import Models
import Preprocessing
import Segmentation
import Training

/// The data set that a scout is made from, and how it names the model's structures.
struct ScoutMaterials {
  let dataset: TrainingDataset
  let fingerprint: DatasetFingerprint
  let splits: CrossValidationSplits
  /// Where the work goes, if that is not said: in the folder that plan made.
  let defaultWork: URL?
  /// The data set's class of each of the model's structures.
  let classes: [String: UInt16]
  private let channels: [Int]

  /// The materials in a folder that plan made, or in a data set.
  init(
    source: URL,
    options: TrainingDatasetOptions,
    model: ModelPlan,
    threads: Int
  ) throws {
    if FileManager.default.fileExists(
      atPath: source.appending(path: PlannedFolder.planName).path
    ) {
      let planned = try PlannedFolder(contentsOf: source)
      (dataset, fingerprint, splits) = (planned.dataset, planned.fingerprint, planned.splits)
      defaultWork = source.appending(path: ScoutPlan.folderName)
    } else {
      let found = try TrainingDataset(at: source, options: options)
      let line = CaseProgressLine()
      (fingerprint, dataset) = try Training.fingerprint(
        of: found,
        threads: threads,
        progress: { line.show($0, $1) }
      )
      line.finish()
      let names = dataset.cases.map(\.name)
      splits = try dataset.ownSplits ?? CrossValidationSplits(crossValidating: names)
      try splits.validate(cases: names)
      defaultWork = nil
    }
    let vocabulary = StructureVocabulary.standard
    var classes: [String: UInt16] = [:]
    for entry in model.labels.entries {
      let identity = vocabulary.identity(of: entry.name)
      let match = dataset.labels.entries.first { vocabulary.identity(of: $0.name) == identity }
      guard let match else {
        throw CommandError.noContours(
          of: entry.name,
          known: dataset.labels.entries.map(\.name)
        )
      }
      classes[entry.name] = match.label
    }
    self.classes = classes
    var channels: [Int] = []
    for name in model.channelNames {
      guard
        let place = dataset.channelNames.firstIndex(where: {
          $0.lowercased() == name.lowercased()
        })
      else { throw CommandError.unknownChannel(name, channels: dataset.channelNames) }
      channels.append(place)
    }
    self.channels = channels
  }

  /// The median volume of each structure over the cases that have it, in mm³.
  var volumes: [String: Double] {
    classes.compactMapValues { label in
      let volumes = fingerprint.cases.compactMap { one -> Double? in
        guard one.voxelCounts.indices.contains(Int(label) - 1) else { return nil }
        let volume = Double(one.voxelCounts[Int(label) - 1]) * one.spacing.reduce(1, *)
        return volume > 0 ? volume : nil
      }.sorted()
      return volumes.isEmpty ? nil : volumes[volumes.count / 2]
    }
  }

  /// The data set with the scout's labels.
  func merged(_ draft: ScoutDraft) -> TrainingDataset {
    dataset.merged(
      into: draft.labels.map { label in
        StructureGroup(name: label.name, labels: Set(label.structures.compactMap { classes[$0] }))
      },
      contoured: Dictionary(
        fingerprint.cases.map { ($0.name, Set($0.contoured.compactMap { UInt16(exactly: $0) })) },
        uniquingKeysWith: { first, _ in first }
      ),
      name: "\(dataset.name)-scout"
    )
  }

  /// The cases that the scout did not see in its training.
  var validationCases: [TrainingCase] {
    get throws {
      let names = Set(try splits.fold(0).validation)
      return dataset.cases.filter { names.contains($0.name) }
    }
  }

  /// A case as the scout is measured on it.
  func load(_ one: TrainingCase) throws -> ScoutCase {
    let loaded = try dataset.load(one)
    return ScoutCase(
      channels: channels.map { loaded.channels[$0] },
      labels: loaded.labels,
      structures: classes
    )
  }
}
