internal import Anatomy
public import Foundation

/// What to take of a data set, and how to read it.
public struct TrainingDatasetOptions: Hashable, Sendable {
  /// How the files are laid out; `nil` recognizes the layout.
  public var layout: TrainingDataset.Layout?
  /// The structures to learn, in any spelling; empty takes all.
  public var structures: [String]
  /// The scans to take, by name; empty takes the layout's own choice.
  public var channels: [String]
  /// Whether HNTS-MRG's mid-radiotherapy cases also have the registered scan and contours from
  /// before radiotherapy as channels.
  public var usesPrior: Bool
  /// What absent structures mean.
  public var absence: AbsenceMeaning?
  /// How a case's scans lie on each other.
  public var channelGrids: ChannelGrids
  /// Whether each left structure and its right one are one class, see ``MergedSides``.
  public var mergesSides: Bool

  /// Options; by default everything the layout offers.
  public init(
    layout: TrainingDataset.Layout? = nil,
    structures: [String] = [],
    channels: [String] = [],
    usesPrior: Bool = false,
    absence: AbsenceMeaning? = nil,
    channelGrids: ChannelGrids = .same,
    mergesSides: Bool = false
  ) {
    self.layout = layout
    self.structures = structures
    self.channels = channels
    self.usesPrior = usesPrior
    self.absence = absence
    self.channelGrids = channelGrids
    self.mergesSides = mergesSides
  }
}

extension TrainingDataset {
  /// Looks at a data set: names of files, and small tables; no scan is opened.
  ///
  /// Known structures get their TG-263 names, and classes are numbered 1…N in the order of the label
  /// map's numbers, or of ``OrganAtRisk`` where each structure has a file.
  /// - Parameters:
  ///   - url: The data set's folder, or the JSON file that lists its cases.
  ///   - options: What to take of it.
  /// - Throws: ``TrainingDatasetError``.
  public init(
    at url: URL,
    options: TrainingDatasetOptions = TrainingDatasetOptions()
  ) throws(TrainingDatasetError) {
    let url = url.standardizedFileURL
    let layout: Layout
    if let told = options.layout { layout = told } else { layout = try Self.layout(of: url) }
    switch layout {
    case .nnUNet: self = try NNUNetRaw(at: url).dataset()
    case .hanSeg: self = try HaNSegRelease(at: url, channels: options.channels).dataset()
    case .preRT, .midRT:
      self = try HNTSMRGRelease(at: url, layout: layout, usesPrior: options.usesPrior).dataset()
    case .openKBP: self = try OpenKBPFolder(at: url).dataset()
    case .listed: self = try MappedDataset(at: url).dataset()
    }
    if let absence = options.absence { self.absence = absence }
    channelGrids = options.channelGrids
    try take(channels: options.channels)
    try take(structures: options.structures)
    useCanonicalNames()
    if options.mergesSides { try mergeSides() }
    cases.sort { isInCodePointOrder($0.name, $1.name) }
    for (one, next) in zip(cases, cases.dropFirst()) where one.name == next.name {
      throw .doubledCase(one.name)
    }
  }

  /// The layout that names of files and folders tell.
  static func layout(of url: URL) throws(TrainingDatasetError) -> Layout {
    let name = url.lastPathComponent
    guard let kind = fileKind(url) else { throw .missing(name) }
    if kind == .file {
      guard name.lowercased().hasSuffix(".json") else { throw .unknownLayout(folder: name) }
      return .listed
    }
    func has(_ path: String, _ kind: FileKind) -> Bool {
      fileKind(url.appending(path: path)) == kind
    }
    if has(MappedDataset.fileName, .file) { return .listed }
    if has("manifest.csv", .file) && OpenKBPFolder.isOne(url) { return .openKBP }
    if has("dataset.json", .file) { return .nnUNet }
    if HaNSegRelease.caseFolders(in: url) != nil { return .hanSeg }
    if HNTSMRGRelease.isOne(url) { return .preRT }
    throw .unknownLayout(folder: name)
  }

  /// Keeps the channels that were asked for, in that order.
  private mutating func take(channels wanted: [String]) throws(TrainingDatasetError) {
    guard !wanted.isEmpty else { return }
    var indices: [Int] = []
    for name in wanted {
      guard
        let index = channelNames.firstIndex(where: { $0.lowercased() == name.lowercased() })
      else { throw .unknownChannel(name, known: channelNames) }
      if !indices.contains(index) { indices.append(index) }
    }
    channelNames = indices.map { channelNames[$0] }
    for number in cases.indices {
      cases[number].channels = indices.map { cases[number].channels[$0] }
    }
  }

  /// Keeps the structures that were asked for, numbered anew in the data set's order; the voxels of
  /// others become background.
  private mutating func take(structures wanted: [String]) throws(TrainingDatasetError) {
    guard !wanted.isEmpty else { return }
    let vocabulary = StructureVocabulary.standard
    let known = labels.entries.map { vocabulary.identity(of: $0.name) }
    var kept: Set<Int> = []
    for name in wanted {
      guard let index = known.firstIndex(of: vocabulary.identity(of: name)) else {
        throw .unknownStructure(name, known: labels.entries.map(\.name))
      }
      kept.insert(index)
    }
    var renumbered: [UInt16: UInt16] = [:]
    var entries: [LabelScheme.Entry] = []
    for (index, entry) in labels.entries.enumerated() where kept.contains(index) {
      let label = UInt16(clamping: entries.count + 1)
      renumbered[entry.label] = label
      entries.append(LabelScheme.Entry(label: label, name: entry.name))
    }
    labels = LabelScheme(entries: entries)
    for number in cases.indices {
      cases[number].contoured = cases[number].contoured.map {
        Set($0.compactMap { renumbered[$0] })
      }
      switch cases[number].labels {
      case .map(let url, let classes):
        cases[number].labels = .map(url, classes: classes.mapValues { renumbered[$0] ?? 0 })
      case .masks(let masks):
        cases[number].labels = .masks(
          masks.compactMap { mask in
            renumbered[mask.label].map { TrainingCase.Mask(file: mask.file, label: $0) }
          }
        )
      }
    }
  }

  /// Gives known structures their TG-263 names, unless two would then have one name.
  private mutating func useCanonicalNames() {
    let vocabulary = StructureVocabulary.standard
    let names = labels.entries.map { vocabulary.canonicalName(of: $0.name) }
    guard Set(names).count == names.count else { return }
    labels = LabelScheme(
      entries: zip(labels.entries, names).map { LabelScheme.Entry(label: $0.label, name: $1) }
    )
  }
}

/// Whether two names are in the order of their Unicode scalars, as Python sorts them.
func isInCodePointOrder(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}

/// A scheme's structures numbered 1…N in its order, and the number each label has become.
func renumbered(_ scheme: LabelScheme) -> (scheme: LabelScheme, classes: [UInt16: UInt16]) {
  var classes: [UInt16: UInt16] = [:]
  var entries: [LabelScheme.Entry] = []
  for (index, entry) in scheme.entries.enumerated() {
    let label = UInt16(clamping: index + 1)
    classes[entry.label] = label
    entries.append(LabelScheme.Entry(label: label, name: entry.name))
  }
  return (LabelScheme(entries: entries), classes)
}

/// Reads a small text file of a data set.
func smallFile(_ url: URL) throws(TrainingDatasetError) -> Data {
  let name = url.lastPathComponent
  guard fileKind(url) == .file else { throw .missing(name) }
  guard let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize,
    let data = try? Data(contentsOf: url)
  else { throw .unreadable(name) }
  guard size < 1 << 26 else {
    throw .badDescription(file: name, reason: "it has \(size) bytes, at most 67108863 are expected")
  }
  return data
}

/// The names of what is in a folder, hidden files left out, in code point order.
func names(in folder: URL) throws(TrainingDatasetError) -> [String] {
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
    throw .unreadable(folder.lastPathComponent)
  }
  return names.filter { !$0.hasPrefix(".") }.sorted(by: isInCodePointOrder)
}
