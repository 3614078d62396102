internal import Anatomy
internal import Foundation

/// A data set of any layout, as a JSON file that lists the files of each case.
///
/// `{"name": …, "channels": ["CT"], "labels": {"Brainstem": 1}, "cases": [{"name": "p01",
/// "channels": ["p01/ct.nii.gz"], "labels": "p01/organs.nii.gz", "contoured": ["Brainstem"],
/// "split": "train"}]}`; paths from the file's folder, `null` where a case lacks a scan. A case's `labels` may also be an object of
/// one mask for each structure, `{"Brainstem": "p01/stem.nrrd"}`.
struct MappedDataset {
  /// The file's name where a folder is given.
  static let fileName = "cases.json"

  private enum Labels: Decodable {
    case map(String)
    case masks([String: String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let path = try? container.decode(String.self) {
        self = .map(path)
      } else {
        self = .masks(try container.decode([String: String].self))
      }
    }
  }

  private struct Case: Decodable {
    var name: String
    var channels: [String?]
    var labels: Labels
    var contoured: [String]?
    var split: String?
  }

  private struct Document: Decodable {
    var name: String?
    var channels: [String]
    var absent: AbsenceMeaning?
    var cases: [Case]
  }

  private let file: URL
  private let document: Document
  private let scheme: LabelScheme?

  init(at url: URL) throws(TrainingDatasetError) {
    file = fileKind(url) == .folder ? url.appending(path: Self.fileName) : url
    let name = file.lastPathComponent
    let data = try smallFile(file)
    do { document = try JSONDecoder().decode(Document.self, from: data) } catch {
      throw .badDescription(file: name, reason: Self.words(error))
    }
    let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    if object?["labels"] != nil {
      do throws(LabelSchemeError) { scheme = try LabelScheme(json: data) } catch {
        throw .badLabels(file: name, error)
      }
    } else {
      scheme = nil
    }
  }

  func dataset() throws(TrainingDatasetError) -> TrainingDataset {
    let name = file.lastPathComponent
    guard !document.channels.isEmpty else {
      throw .badDescription(file: name, reason: "\"channels\" names no scan")
    }
    guard !document.cases.isEmpty else { throw .noCases(folder: name, expected: "\"cases\" are") }
    let given: LabelScheme
    if let scheme { given = scheme } else { given = try schemeOfMasks() }
    let (labels, classes) = renumbered(given)
    let byName = Dictionary(
      labels.entries.map { (StructureVocabulary.standard.identity(of: $0.name), $0.label) },
      uniquingKeysWith: { first, _ in first }
    )
    var cases: [TrainingCase] = []
    var fold = CrossValidationSplits.Fold(training: [], validation: [])
    for one in document.cases {
      cases.append(try trainingCase(one, byName, classes))
      switch one.split {
      case "train": fold.training.append(one.name)
      case "validation": fold.validation.append(one.name)
      case nil: break
      case let split?:
        throw .badDescription(
          file: name,
          reason: "the split of \(one.name) is \"\(split)\", expected train or validation"
        )
      }
    }
    let hasBoth = !fold.training.isEmpty && !fold.validation.isEmpty
    return TrainingDataset(
      name: document.name ?? file.deletingLastPathComponent().lastPathComponent,
      folder: file.deletingLastPathComponent(),
      layout: .listed,
      channelNames: document.channels,
      labels: labels,
      cases: cases,
      absence: document.absent ?? .byName,
      ownSplits: hasBoth ? CrossValidationSplits(folds: [fold]) : nil
    )
  }

  /// All structures that have a mask somewhere, where the file does not number them.
  private func schemeOfMasks() throws(TrainingDatasetError) -> LabelScheme {
    var names: Set<String> = []
    for one in document.cases {
      guard case .masks(let masks) = one.labels else {
        throw .badDescription(
          file: file.lastPathComponent,
          reason: "\"labels\" must say what the numbers of label maps stand for"
        )
      }
      names.formUnion(masks.keys.map(StructureVocabulary.standard.canonicalName))
    }
    return LabelScheme(
      entries: zip(1..., HaNSegRelease.ordered(names)).map {
        LabelScheme.Entry(label: UInt16(clamping: $0), name: $1)
      }
    )
  }

  private func trainingCase(
    _ one: Case,
    _ byName: [String: UInt16],
    _ classes: [UInt16: UInt16]
  ) throws(TrainingDatasetError) -> TrainingCase {
    func place(_ path: String) throws(TrainingDatasetError) -> URL {
      let url =
        path.hasPrefix("/")
        ? URL(filePath: path) : file.deletingLastPathComponent().appending(path: path)
      guard fileKind(url) != nil else {
        throw .missingFile(case: one.name, file: url.lastPathComponent)
      }
      return url
    }
    func label(_ structure: String) throws(TrainingDatasetError) -> UInt16 {
      guard let label = byName[StructureVocabulary.standard.identity(of: structure)] else {
        throw .unknownStructure(structure, known: byName.keys.sorted())
      }
      return label
    }
    guard one.channels.count == document.channels.count else {
      throw .badDescription(
        file: file.lastPathComponent,
        reason: "case \(one.name) has \(one.channels.count) scans of \(document.channels.count)"
      )
    }
    var channels: [URL] = []
    for path in one.channels {
      channels.append(
        try path.map { (path) throws(TrainingDatasetError) in try place(path) }
          ?? TrainingCase.noScan
      )
    }
    guard channels.contains(where: { $0 != TrainingCase.noScan }) else {
      throw .missingFile(case: one.name, file: document.channels[0])
    }
    var contoured = Set<UInt16>()
    for structure in one.contoured ?? [] { contoured.insert(try label(structure)) }
    let source: TrainingCase.LabelSource
    switch one.labels {
    case .map(let path):
      source = .map(try place(path), classes: classes)
    case .masks(let files):
      var masks: [TrainingCase.Mask] = []
      for (structure, path) in files {
        let number = try label(structure)
        guard !masks.contains(where: { $0.label == number }) else {
          throw .doubledStructure(case: one.name, structure: structure)
        }
        masks.append(.init(file: try place(path), label: number))
      }
      guard !masks.isEmpty else { throw .noContours(case: one.name) }
      contoured.formUnion(masks.map(\.label))
      source = .masks(masks.sorted { $0.label < $1.label })
    }
    let isTold = one.contoured != nil || !contoured.isEmpty
    return TrainingCase(
      name: one.name,
      channels: channels,
      labels: source,
      contoured: isTold ? contoured : nil
    )
  }

  /// What a decoder complains of, in a few words.
  private static func words(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
      return keys.isEmpty ? "the file" : keys.joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "\(path(context)) lacks \"\(key.stringValue)\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(path(context)) holds another kind of value than expected"
    case .dataCorrupted(let context): return "\(path(context)) is not as expected"
    default: return "it is not JSON"
    }
  }
}
