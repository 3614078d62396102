internal import Anatomy
internal import Archives
public import Foundation

extension TrainingDataset {
  /// The name of the description in a folder that `delineate plan` writes.
  public static let fileName = "dataset.json"

  /// What decides the data set, as one number: names, channels, structures and the content of files.
  ///
  /// SHA-256 as 64 hexadecimal digits. The place of the files does not count; the content counts
  /// where each case has its checksum, as in every description that `delineate plan` wrote.
  public var checksum: String {
    var document = TrainingDatasetDocument(self)
    document.folder = ""
    for index in document.cases.indices where document.cases[index].checksum != nil {
      document.cases[index].channels = []
      document.cases[index].labelMap = nil
      document.cases[index].masks = document.cases[index].masks?.map {
        ["label": $0["label"] ?? ""]
      }
    }
    return SHA256.hexDigest(of: (try? document.json()) ?? Data())
  }

  /// The description as JSON; files inside the data set's folder are named from there.
  public func json() throws(TrainingDatasetError) -> Data {
    do { return try TrainingDatasetDocument(self).json() } catch {
      throw .unreadable(Self.fileName)
    }
  }

  /// Reads a description that ``json()`` made.
  /// - Throws: ``TrainingDatasetError``.
  public init(descriptionAt file: URL) throws(TrainingDatasetError) {
    let name = file.lastPathComponent
    guard let data = try? Data(contentsOf: file) else { throw .missing(name) }
    do {
      self = try JSONDecoder().decode(TrainingDatasetDocument.self, from: data).dataset()
    } catch {
      throw .badDescription(
        file: name,
        reason: "it does not describe a data set as delineate plan writes it"
      )
    }
  }
}

/// What `dataset.json` in a planned folder holds.
struct TrainingDatasetDocument: Codable {
  struct Case: Codable {
    var name: String
    var channels: [String]
    var labelMap: String?
    var classes: [String: UInt16]?
    var masks: [[String: String]]?
    var contoured: [UInt16]?
    var checksum: String?
  }

  struct Structure: Codable {
    var label: UInt16
    var name: String
  }

  var name: String
  var folder: String
  var layout: TrainingDataset.Layout
  var channelNames: [String]
  var structures: [Structure]
  var absence: AbsenceMeaning
  /// Left out where all scans of a case lie on one grid.
  var channelGrids: ChannelGrids?
  var ownSplits: CrossValidationSplits?
  var mergedSides: MergedSides?
  var cases: [Case]

  init(_ dataset: TrainingDataset) {
    name = dataset.name
    let root = dataset.folder.standardizedFileURL.path
    folder = root
    layout = dataset.layout
    channelNames = dataset.channelNames
    structures = dataset.labels.entries.map { Structure(label: $0.label, name: $0.name) }
    absence = dataset.absence
    channelGrids = dataset.channelGrids == .same ? nil : dataset.channelGrids
    ownSplits = dataset.ownSplits
    mergedSides = dataset.mergedSides
    func path(_ url: URL) -> String {
      let path = url.standardizedFileURL.path
      return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
    }
    cases = dataset.cases.map { one in
      var entry = Case(name: one.name, channels: one.channels.map(path))
      switch one.labels {
      case .map(let url, let classes):
        entry.labelMap = path(url)
        entry.classes = Dictionary(uniqueKeysWithValues: classes.map { ("\($0.key)", $0.value) })
      case .masks(let masks):
        entry.masks = masks.map { ["label": "\($0.label)", "file": path($0.file)] }
      }
      entry.contoured = one.contoured?.sorted()
      entry.checksum = one.checksum
      return entry
    }
  }

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  func dataset() throws(TrainingDatasetError) -> TrainingDataset {
    let root = URL(filePath: folder)
    func url(_ path: String) -> URL {
      path.hasPrefix("/") ? URL(filePath: path) : root.appending(path: path)
    }
    func damaged(_ reason: String) -> TrainingDatasetError {
      .badDescription(file: TrainingDataset.fileName, reason: reason)
    }
    guard structures.map(\.label) == (0..<structures.count).map({ UInt16(clamping: $0 + 1) }),
      !structures.isEmpty, !channelNames.isEmpty, !cases.isEmpty
    else { throw damaged("structures are not numbered from 1, or channels or cases are missing") }
    var result: [TrainingCase] = []
    for one in cases {
      let labels: TrainingCase.LabelSource
      if let map = one.labelMap {
        var classes: [UInt16: UInt16] = [:]
        for (number, label) in one.classes ?? [:] {
          guard let number = UInt16(number), Int(label) <= structures.count else {
            throw damaged("case \(one.name) maps \(number) to \(label)")
          }
          classes[number] = label
        }
        labels = .map(url(map), classes: classes)
      } else {
        var masks: [TrainingCase.Mask] = []
        for mask in one.masks ?? [] {
          guard let file = mask["file"], let label = mask["label"].flatMap({ UInt16($0) }),
            (1...structures.count).contains(Int(label))
          else { throw damaged("case \(one.name) has a mask without file or structure") }
          masks.append(.init(file: url(file), label: label))
        }
        labels = .masks(masks)
      }
      guard one.channels.count == channelNames.count else {
        throw damaged("case \(one.name) has \(one.channels.count) scans of \(channelNames.count)")
      }
      result.append(
        TrainingCase(
          name: one.name,
          channels: one.channels.map(url),
          labels: labels,
          contoured: one.contoured.map(Set.init),
          checksum: one.checksum
        )
      )
    }
    guard Set(result.map(\.name)).count == result.count else {
      throw damaged("a case is there twice")
    }
    return TrainingDataset(
      name: name,
      folder: root,
      layout: layout,
      channelNames: channelNames,
      labels: LabelScheme(
        entries: structures.map { LabelScheme.Entry(label: $0.label, name: $0.name) }
      ),
      cases: result,
      absence: absence,
      channelGrids: channelGrids ?? .same,
      ownSplits: ownSplits,
      mergedSides: mergedSides
    )
  }
}
