internal import Anatomy
internal import Foundation

/// HaN-Seg's release: `set_1/case_01/case_01_IMG_CT.nrrd`, `case_01_IMG_MR_T1.nrrd` and one
/// `case_01_OAR_Parotid_L.seg.nrrd` for each organ that was contoured.
///
/// An organ without a file was not contoured. The MR lies on a grid of its own, so that only the CT
/// is taken unless channels are asked for by name.
struct HaNSegRelease {
  private let folder: URL
  private let channelNames: [String]
  private let caseFolders: [URL]

  /// The folders of cases, in the folder or in its `set_1`; `nil` where there are none.
  static func caseFolders(in folder: URL) -> [URL]? {
    for place in [folder, folder.appending(path: "set_1")] {
      let folders = ((try? names(in: place)) ?? []).map { place.appending(path: $0) }.filter {
        one in
        fileKind(one) == .folder
          && ((try? names(in: one)) ?? []).contains { $0.contains("_IMG_") || $0.contains("_OAR_") }
      }
      if !folders.isEmpty { return folders }
    }
    return nil
  }

  init(at folder: URL, channels: [String]) throws(TrainingDatasetError) {
    self.folder = folder
    let known = ["CT", "MR_T1"]
    var chosen: [String] = []
    for name in channels.isEmpty ? ["CT"] : channels {
      guard let channel = known.first(where: { $0.lowercased() == name.lowercased() }) else {
        throw .unknownChannel(name, known: known)
      }
      chosen.append(channel)
    }
    channelNames = chosen
    guard let found = Self.caseFolders(in: folder) else {
      throw .noCases(
        folder: folder.lastPathComponent,
        expected: "folders like case_01 with case_01_IMG_CT.nrrd are"
      )
    }
    caseFolders = found
  }

  func dataset() throws(TrainingDatasetError) -> TrainingDataset {
    let vocabulary = StructureVocabulary.standard
    var files: [(name: String, channels: [URL], masks: [String: URL])] = []
    for place in caseFolders {
      let name = place.lastPathComponent
      let contents = try names(in: place)
      var masks: [String: URL] = [:]
      for file in contents {
        guard let mark = file.range(of: "_OAR_"), let stem = volumeStem(file) else { continue }
        let organ = vocabulary.canonicalName(of: String(stem[mark.upperBound...]))
        guard masks.updateValue(place.appending(path: file), forKey: organ) == nil else {
          throw .doubledStructure(case: name, structure: organ)
        }
      }
      guard !masks.isEmpty else { throw .noContours(case: name) }
      var channels: [URL] = []
      for channel in channelNames {
        let stems = contents.filter { volumeStem($0) == "\(name)_IMG_\(channel)" }
        guard let file = stems.first else {
          throw .missingFile(case: name, file: "\(name)_IMG_\(channel).nrrd")
        }
        channels.append(place.appending(path: file))
      }
      files.append((name, channels, masks))
    }
    let organs = Self.ordered(Set(files.flatMap(\.masks.keys)))
    let labels = LabelScheme(
      entries: zip(1..., organs).map { LabelScheme.Entry(label: UInt16(clamping: $0), name: $1) }
    )
    return TrainingDataset(
      name: "HaN-Seg",
      folder: folder,
      layout: .hanSeg,
      channelNames: channelNames,
      labels: labels,
      cases: files.map { one in
        let masks = labels.entries.compactMap { entry in
          one.masks[entry.name].map { TrainingCase.Mask(file: $0, label: entry.label) }
        }
        return TrainingCase(
          name: one.name,
          channels: one.channels,
          labels: .masks(masks),
          contoured: Set(masks.map(\.label))
        )
      }
    )
  }

  /// HaN-Seg's organs in its order of labels, then other structures by name.
  static func ordered(_ names: Set<String>) -> [String] {
    let organs = OrganAtRisk.allCases.map(\.tg263).filter(names.contains)
    return organs + names.subtracting(organs).sorted(by: isInCodePointOrder)
  }
}
