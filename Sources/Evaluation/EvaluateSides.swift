internal import Anatomy
internal import Datasets
internal import Foundation
internal import VolumeFiles
internal import Volumes

/// The structures of one side of a case by identity, read from label maps, sets of segments or masks.
struct CaseSide: Sendable {
  /// One structure: its name and where its voxels are kept.
  struct Structure: Sendable {
    let name: String
    let file: Int
    let label: UInt16
  }

  private(set) var structures: [String: Structure] = [:]
  private(set) var files: [StructureFile] = []
  private(set) var findings: [Finding] = []
  private var doubled: Set<String> = []
  private var unreadable: Set<String> = []
  private let caseName: String
  private let role: String
  let request: EvaluationRequest
  /// The grid of a label map without names: what it does not hold is empty, not missing.
  private var unnamedGrid: VoxelGrid?
  private var hasUnreadableMap = false

  /// Reads the files of a side; what cannot be read becomes a finding.
  ///
  /// The contours of structure sets are filled on `grid`, or else on that of the images beside them.
  init(
    _ sources: [StructureLibrary.Source],
    of library: StructureLibrary,
    beside other: StructureLibrary,
    grid: VoxelGrid? = nil,
    role: String,
    caseName: String,
    request: EvaluationRequest
  ) {
    self.caseName = caseName
    self.role = role
    self.request = request
    var reader = StructureReader()
    for source in sources {
      do {
        let isSet = source.isStructureSet
        let file =
          isSet ? try structureSet(at: source.url, on: grid) : try reader.read(at: source.url)
        files.append(file)
        if let name = source.structure {
          try addMask(name, file, at: source.url)
        } else {
          addLabels(file, fallback: library.scheme ?? other.scheme)
        }
      } catch {
        findings.append(
          Finding(
            .unreadable,
            caseName: caseName,
            structure: source.structure.map(request.vocabulary.canonicalName),
            text: "\(caseName): \(error) Its structures of the \(role) were not scored."
          )
        )
        if let name = source.structure {
          unreadable.insert(request.vocabulary.identity(of: name))
        } else {
          hasUnreadableMap = true
        }
      }
    }
    for identity in doubled { structures[identity] = nil }
  }

  /// The names of all structures, those that cannot be used too.
  var names: [String: String] { structures.mapValues(\.name).merging(doubledNames) { a, _ in a } }
  private var doubledNames: [String: String] = [:]

  /// What this side has of a structure.
  func side(_ identity: String) -> PairSide {
    if doubled.contains(identity) || unreadable.contains(identity) { return .unusable }
    if let structure = structures[identity] {
      return .mask(files[structure.file].mask(of: structure.label))
    }
    if hasUnreadableMap { return .unusable }
    return unnamedGrid.map { .mask(CroppedMask(emptyOn: $0)) } ?? .missing
  }

  /// Notes that a structure set could not be taken as it is.
  mutating func add(finding: String) {
    findings.append(
      Finding(
        .contours,
        caseName: caseName,
        structure: nil,
        text: "\(caseName): the \(role): \(finding)"
      )
    )
  }

  private mutating func addMask(
    _ name: String,
    _ file: StructureFile,
    at url: URL
  ) throws(VolumeFileError) {
    guard file.labels.count < 2 else {
      throw .severalLabels(file: url.lastPathComponent, labels: file.labels)
    }
    add(name, label: file.labels.first ?? 1)
  }

  private mutating func addLabels(_ file: StructureFile, fallback: LabelScheme?) {
    guard let scheme = request.labels ?? file.scheme ?? fallback else {
      unnamedGrid = file.grid
      for label in file.labels { add("Label \(label)", label: label) }
      return
    }
    for entry in scheme.entries { add(entry.name, label: entry.label) }
    let unknown = file.labels.filter { scheme.entry(label: $0) == nil }
    guard !unknown.isEmpty else { return }
    let list = unknown.prefix(8).map(String.init).joined(separator: ", ")
    findings.append(
      Finding(
        .unknownLabel,
        caseName: caseName,
        structure: nil,
        text: "\(caseName): the \(role) holds labels without a name (\(list)"
          + "\(unknown.count > 8 ? ", …" : "")); they were not scored."
      )
    )
  }

  private mutating func add(_ spelling: String, label: UInt16) {
    let name = request.vocabulary.canonicalName(of: spelling)
    guard request.includes(spelling) else { return }
    let identity = request.vocabulary.identity(of: spelling)
    guard structures[identity] == nil else {
      if doubled.insert(identity).inserted {
        doubledNames[identity] = name
        findings.append(.duplicate(name, caseName: caseName, role: role))
      }
      return
    }
    structures[identity] = Structure(name: name, file: files.count - 1, label: label)
  }
}

extension Finding {
  /// Two files, segments or labels of one side of a case stand for one structure.
  static func duplicate(_ name: String, caseName: String, role: String) -> Finding {
    Finding(
      .duplicateName,
      caseName: caseName,
      structure: name,
      text: "\(caseName), \(name): several files, segments or labels of the \(role) stand for it; "
        + "none was used."
    )
  }
}
