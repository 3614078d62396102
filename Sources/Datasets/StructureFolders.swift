internal import Anatomy
internal import DICOMStudies
internal import Foundation
internal import VolumeFiles

/// The cases of a folder, before they are sorted.
struct FoundCases {
  var layout: StructureLibrary.Layout
  var cases: [String: [StructureLibrary.Source]] = [:]
  var passedOver: [String] = []

  /// Recognizes the layout by the names of files and folders.
  init(
    recognizing folder: URL,
    vocabulary: StructureVocabulary
  ) throws(StructureLibraryError) {
    let files = try volumeFiles(in: folder)
    layout = .labelMaps
    if files.isEmpty {
      layout = .caseFolders
      for subfolder in try contents(of: folder) where fileKind(subfolder) == .folder {
        addFolder(subfolder, try volumeFiles(in: subfolder), vocabulary)
      }
      return
    }
    let named = files.filter { vocabulary.isKnown(volumeStem($0.lastPathComponent) ?? "") }
    if 2 * named.count >= files.count || files.contains(where: isHaNSegMask) {
      layout = .masksOfOneCase
      addFolder(folder, files, vocabulary)
    } else {
      for file in files {
        let name = file.lastPathComponent
        if isImage(name) {
          passedOver.append(name)
        } else {
          cases[volumeStem(name) ?? name, default: []].append(.init(url: file, structure: nil))
        }
      }
    }
  }

  /// Takes the files of one case's folder.
  private mutating func addFolder(
    _ folder: URL,
    _ files: [URL],
    _ vocabulary: StructureVocabulary
  ) {
    let name = folder.lastPathComponent
    let isHaNSeg = files.contains(where: isHaNSegMask)
    var masks: [URL] = []
    for file in files {
      let isMask = isHaNSeg ? isHaNSegMask(file) : !isImage(file.lastPathComponent)
      if isMask {
        masks.append(file)
      } else {
        passedOver.append("\(name)/\(file.lastPathComponent)")
      }
    }
    guard !masks.isEmpty else { return }
    cases[name, default: []] += masks.map { file in
      let stem = structureStem(file, caseName: name)
      let isSet = isSetOfSegments(file, isAlone: masks.count == 1)
      let isMap = masks.count == 1 && !vocabulary.isKnown(stem) && !isHaNSegMask(file)
      return .init(url: file, structure: isSet || isMap || isDICOM(file) ? nil : stem)
    }
  }

  /// Takes the files whose paths within the folder fit a pattern.
  init(in folder: URL, pattern: String) throws(StructureLibraryError) {
    let pattern = try PathPattern(pattern)
    layout = .pattern(pattern.text)
    var places = [(url: folder, path: "")]
    // Level by level, as deep as the pattern goes: links that lead back cannot catch the search.
    for depth in 1...pattern.depth {
      var next: [(url: URL, path: String)] = []
      for place in places {
        for url in try contents(of: place.url) {
          let path = place.path + url.lastPathComponent
          if depth < pattern.depth {
            if fileKind(url) == .folder { next.append((url, path + "/")) }
          } else if holdsStructures(url) {
            guard let match = pattern.match(path) else {
              passedOver.append(path)
              continue
            }
            cases[match.caseName, default: []].append(.init(url: url, structure: match.structure))
          }
        }
      }
      places = next
    }
  }
}

/// What a path leads to.
enum FileKind { case file, folder }

/// What is at a path; `nil` where nothing is.
func fileKind(_ url: URL) -> FileKind? {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return nil }
  return isFolder.boolValue ? .folder : .file
}

/// The files and folders in a folder that are not hidden, by name.
private func contents(of folder: URL) throws(StructureLibraryError) -> [URL] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasPrefix(".") }.sorted().map { folder.appending(path: $0) }
  } catch {
    throw .unreadable(folder.lastPathComponent)
  }
}

private func volumeFiles(in folder: URL) throws(StructureLibraryError) -> [URL] {
  try contents(of: folder).filter {
    holdsStructures($0)
  }
}

/// Whether a file can hold structures: a volume by its name, or an RT structure set.
func holdsStructures(_ url: URL) -> Bool {
  guard volumeStem(url.lastPathComponent) != nil, fileKind(url) == .file else { return false }
  return !isDICOM(url) || StructureSetFile.isStructureSet(at: url)
}

/// Whether a file's name ends as those of DICOM files do.
private func isDICOM(_ url: URL) -> Bool { url.lastPathComponent.lowercased().hasSuffix(".dcm") }

/// A file name without the ending of a volume's or a DICOM file's; `nil` where it has none.
func volumeStem(_ name: String) -> String? {
  for ending in [".seg.nrrd", ".dcm"]
  where name.lowercased().hasSuffix(ending) && name.count > ending.count {
    return String(name.dropLast(ending.count))
  }
  return CaseFolder.stem(of: name)
}

/// HaN-Seg's release: `case_01_OAR_Parotid_L.seg.nrrd`.
private func isHaNSegMask(_ file: URL) -> Bool { file.lastPathComponent.contains("_OAR_") }

/// Whether a file is a scan by its name: HaN-Seg's `_IMG_`, nnU-Net's `_0000`, and plain words.
private func isImage(_ name: String) -> Bool {
  let words = (volumeStem(name) ?? name).lowercased().split { !$0.isLetter && !$0.isNumber }
  if words.contains("img") || words.contains("image") || words.contains("dose") { return true }
  if let last = words.last, ["0000", "0001", "0002", "t1", "t2"].contains(last) { return true }
  return words.count == 1 && ["ct", "mr", "mri", "pet", "scan"].contains(words[0])
}

/// The structure's spelling in a mask's file name: without the case's name before it.
private func structureStem(_ file: URL, caseName: String) -> String {
  let stem = volumeStem(file.lastPathComponent) ?? file.lastPathComponent
  if let mark = stem.range(of: "_OAR_") { return String(stem[mark.upperBound...]) }
  guard stem.hasPrefix(caseName + "_"), stem.count > caseName.count + 1 else { return stem }
  return String(stem.dropFirst(caseName.count + 1))
}

/// Whether a file names its structures itself: a `.seg.nrrd` of several segments, or of one where
/// the case has no other file.
private func isSetOfSegments(_ file: URL, isAlone: Bool) -> Bool {
  guard file.lastPathComponent.lowercased().hasSuffix(".nrrd"), !isHaNSegMask(file),
    let scheme = try? readScheme(at: file)
  else { return false }
  return scheme.entries.count > 1 || isAlone
}

/// Whether two names are in order where numbers in them count as numbers.
package func isInNaturalOrder(_ a: String, _ b: String) -> Bool {
  switch a.compare(b, options: [.numeric, .caseInsensitive]) {
  case .orderedAscending: true
  case .orderedDescending: false
  case .orderedSame: a < b
  }
}
