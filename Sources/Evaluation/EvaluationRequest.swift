public import Anatomy
public import Datasets
internal import Foundation
public import SegmentationMetrics

/// What is compared with what, and how.
public struct EvaluationRequest: Sendable {
  /// The references, such as an expert's contours.
  public var reference: StructureLibrary
  /// The predictions.
  public var prediction: StructureLibrary
  /// What is measured, in the order of the tables.
  public var metrics = Metric.standard
  /// The only structures that are compared, in any spelling; empty: all.
  public var structures: [String] = []
  /// What the numbers of label maps stand for; `nil` takes the files' own names, those of a
  /// `dataset.json` beside them, or else "Label 1", "Label 2", ….
  public var labels: LabelScheme?
  /// The names of structures.
  public var vocabulary = StructureVocabulary.standard
  /// Whether predictions on another grid are resampled onto the reference's (nearest neighbor);
  /// else they are not scored.
  public var resamplesPredictions = false
  /// How many threads work; at least one.
  ///
  /// The results do not depend on it.
  public var threads = ProcessInfo.processInfo.activeProcessorCount

  /// A comparison of two libraries by the standard metrics.
  public init(reference: StructureLibrary, prediction: StructureLibrary) {
    self.reference = reference
    self.prediction = prediction
  }

  /// Whether a structure is asked for.
  func includes(_ spelling: String) -> Bool {
    guard !structures.isEmpty else { return true }
    let identity = vocabulary.identity(of: spelling)
    return structures.contains { vocabulary.identity(of: $0) == identity }
  }
}

/// A case with its files on either side; a side without files lacks the case.
struct CasePair: Sendable {
  let name: String
  let reference: [StructureLibrary.Source]
  let prediction: [StructureLibrary.Source]

  /// The place of the first file, for sums in the order of file names.
  var path: String { (reference.first ?? prediction.first)?.url.path ?? "" }

  /// Whether every file is one structure's mask, so that structures can be read one by one.
  var isMasksOnly: Bool { (reference + prediction).allSatisfy { $0.structure != nil } }

  /// The cases of both sides by name, in natural order; where a side is one case without a name of
  /// its own, it is the other side's only case.
  static func pairs(_ reference: StructureLibrary, _ prediction: StructureLibrary) -> [CasePair] {
    if let first = reference.cases.first, reference.cases.count == 1,
      let second = prediction.cases.first, prediction.cases.count == 1,
      reference.isSingleCase || prediction.isSingleCase
    {
      // The name that means something is that of a case folder or file, not of a bare file.
      let name = reference.isSingleCase && !prediction.isSingleCase ? second.name : first.name
      return [CasePair(name: name, reference: first.sources, prediction: second.sources)]
    }
    func byName(_ library: StructureLibrary) -> [String: [StructureLibrary.Source]] {
      Dictionary(uniqueKeysWithValues: library.cases.map { ($0.name, $0.sources) })
    }
    let (first, second) = (byName(reference), byName(prediction))
    let names = Set(first.keys).union(second.keys).sorted(by: isInNaturalOrder)
    return names.map {
      CasePair(name: $0, reference: first[$0] ?? [], prediction: second[$0] ?? [])
    }
  }
}
