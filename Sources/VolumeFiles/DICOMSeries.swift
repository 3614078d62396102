public import Foundation
public import Volumes

/// A series of a folder: the slices that share a Series Instance UID, sorted along their normal.
public struct DICOMSeries: Sendable {
  /// The Series Instance UID.
  public let uid: String
  /// The Series Number, where there is one.
  public let number: Int?
  /// The modality as DICOM writes it: "CT", "MR".
  public let modality: String
  /// The number of slices.
  public let sliceCount: Int
  /// Where the volume lies; `nil` where there is a problem.
  public let grid: VoxelGrid?
  /// Why the slices are not one volume; `nil` where they are.
  public let problem: DICOMSeriesProblem?
  /// The slices from the lowest position along the normal to the highest.
  let slices: [DICOMSlice]

  /// A sentence that names the problem, where there is one.
  public var problemSentence: String? { problem.map { "Series \(label): \($0)" } }

  /// How messages name the series: by its number, or else by its UID.
  var label: String { number.map { "\($0)" } ?? uid }

  /// Sorts and checks the slices of one series.
  init(
    uid: String,
    modality: String,
    slices unsorted: [DICOMSlice],
    damage: DICOMSeriesProblem?
  ) {
    self.uid = uid
    self.modality = modality
    number = unsorted.first?.seriesNumber
    sliceCount = unsorted.count
    let normal = unsorted.first?.normal ?? [0, 0, 1]
    slices = unsorted.sorted {
      let (a, b) = ($0.position(along: normal), $1.position(along: normal))
      return a != b ? a < b : $0.file.path < $1.file.path
    }
    do throws(DICOMSeriesProblem) {
      if let damage { throw damage }
      grid = try checkedGrid(slices)
      problem = nil
    } catch {
      grid = nil
      problem = error
    }
  }
}

/// Lists the image series among a folder's own files, those with the most slices first; where there
/// is none, among the files of the folders in it, as exports of archives and discs have them.
///
/// Reads headers only. Structure sets, other objects and files that are not DICOM are passed over.
/// - Throws: ``VolumeFileError`` where the folder cannot be read, or where a DICOM file is so
///   damaged that its series is unknown.
public func listSeries(in folder: URL) throws(VolumeFileError) -> [DICOMSeries] {
  try scanFolder(folder).series
}

/// The series of a folder, and in words what else it holds.
func scanFolder(
  _ folder: URL
) throws(VolumeFileError) -> (series: [DICOMSeries], others: String) {
  let files: [String]
  do {
    files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  } catch {
    throw .unreadable(file: folder.lastPathComponent, reason: "the folder cannot be listed")
  }
  let own = try scan(files.filter { !$0.hasPrefix(".") }.map { folder.appending(path: $0) })
  guard own.series.isEmpty, case let inner = innerFiles(of: folder), !inner.isEmpty else {
    return own
  }
  let found = try scan(inner)
  return found.series.isEmpty ? own : found
}

/// The files of the folders in a folder, at any depth; hidden ones are passed over.
private func innerFiles(of folder: URL) -> [URL] {
  let walk = FileManager.default.enumerator(
    at: folder,
    includingPropertiesForKeys: [.isRegularFileKey],
    options: [.skipsHiddenFiles]
  )
  let files = walk?.compactMap { $0 as? URL }.filter {
    (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
      && $0.deletingLastPathComponent().standardizedFileURL != folder.standardizedFileURL
  }
  return (files ?? []).sorted { $0.path < $1.path }
}

/// The series of files, and in words what else they are.
private func scan(
  _ files: [URL]
) throws(VolumeFileError) -> (series: [DICOMSeries], others: String) {
  var slices: [String: [DICOMSlice]] = [:]
  var damaged: [String: (modality: String, DICOMSeriesProblem)] = [:]
  var others: [String: Int] = [:]
  for file in files {
    switch readDICOMFile(at: file) {
    case .slice(let slice): slices[slice.seriesUID, default: []].append(slice)
    case .other(let kind): others[kind, default: 0] += 1
    case .unreadable(let uid?, let modality, let problem):
      damaged[uid] = damaged[uid] ?? (modality, problem)
    case .unreadable(nil, _, let problem):
      throw .badSeries(series: "unknown", problem)
    }
  }
  let uids = Set(slices.keys).union(damaged.keys)
  let series = uids.map { uid in
    DICOMSeries(
      uid: uid,
      modality: slices[uid]?.first?.modality ?? damaged[uid]?.modality ?? "",
      slices: slices[uid] ?? [],
      damage: damaged[uid]?.1
    )
  }
  let words = others.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
  return (
    series.sorted { ($1.sliceCount, $0.uid) < ($0.sliceCount, $1.uid) },
    words.isEmpty ? "no files" : words.joined(separator: ", ")
  )
}
