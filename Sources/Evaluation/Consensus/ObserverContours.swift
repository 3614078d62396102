internal import Anatomy
internal import Datasets
internal import Foundation
internal import VolumeFiles
internal import Volumes

/// One observer's contours of one case, by the structures' identities.
struct ObserverContours: Sendable {
  /// A structure's name, and where its voxels are kept.
  struct Structure: Sendable {
    let name: String
    let file: Int
    /// Its number in a label map or set of segments; 1 of a mask.
    let label: UInt16
    let isFromLabelMap: Bool
    let color: StructureColor?
  }

  private(set) var structures: [String: Structure] = [:]
  /// The structures' identities in the files' order.
  private(set) var order: [String] = []
  /// Labels that no scheme names, and so take no part.
  private(set) var unknownLabels: [UInt16] = []
  private var files: [StructureFile] = []
  private var unnamedGrid: VoxelGrid?

  /// Reads an observer's files of a case.
  init(
    _ sources: [StructureLibrary.Source],
    of observer: ConsensusRequest.Observer,
    caseName: String,
    request: ConsensusRequest
  ) throws(ConsensusRequestError) {
    var reader = StructureReader()
    for source in sources {
      let file: StructureFile
      do { file = try reader.read(at: source.url) } catch {
        throw .unreadable(observer: observer.name, reason: error.description)
      }
      files.append(file)
      var found: [(name: String, label: UInt16, color: StructureColor?)] = []
      if let name = source.structure {
        guard file.labels.count < 2 else {
          let error = VolumeFileError.severalLabels(
            file: source.url.lastPathComponent,
            labels: file.labels
          )
          throw .unreadable(observer: observer.name, reason: error.description)
        }
        found = [(name, file.labels.first ?? 1, nil)]
      } else if let scheme = request.labels ?? file.scheme ?? observer.library.scheme {
        found = scheme.entries.map { ($0.name, $0.label, $0.color) }
        unknownLabels += file.labels.filter { scheme.entry(label: $0) == nil }
      } else {
        unnamedGrid = file.grid
        found = file.labels.map { ("Label \($0)", $0, nil) }
      }
      for (spelling, label, color) in found {
        let name = request.vocabulary.canonicalName(of: spelling)
        guard request.includes(name) else { continue }
        let identity = request.vocabulary.identity(of: name)
        let structure = Structure(
          name: name,
          file: files.count - 1,
          label: label,
          isFromLabelMap: source.structure == nil,
          color: color
        )
        guard structures.updateValue(structure, forKey: identity) == nil else {
          throw .doubledStructure(name, observer: observer.name, caseName: caseName)
        }
        order.append(identity)
      }
    }
  }

  /// Whether the observer votes on a structure: a label map without names holds every one, if only
  /// without voxels.
  func has(_ identity: String) -> Bool { structures[identity] != nil || unnamedGrid != nil }

  /// The contour of a structure; `nil` where the observer has none.
  func mask(_ identity: String) -> CroppedMask? {
    guard let structure = structures[identity] else {
      return unnamedGrid.map { CroppedMask(emptyOn: $0) }
    }
    return files[structure.file].mask(of: structure.label)
  }
}
