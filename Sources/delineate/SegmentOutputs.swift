import Anatomy
import DICOMStudies
import Datasets
import Foundation
import Registration
import Reports
import Segmentation
import VolumeFiles
import Volumes

/// Where a `segment` command writes, and how.
struct SegmentOutputs {
  let output: URL
  let separate: Bool
  let overlay: URL?
  let report: URL?
  /// The folder for the network's own registration.
  var registered: URL?
  let isBatch: Bool
  /// The ending of files whose names are not given, as in `.nii.gz`.
  let fileEnding: String
  /// The scan's DICOM folder and how contours are written, where the output is a structure set.
  var structureSet: (folder: URL, export: StructureSetExport)?

  /// Finds out before the long run what would fail after it.
  func check() throws {
    for folder in [
      isBatch || separate ? output : nil, overlay, isBatch ? report : nil, registered,
    ] {
      if let folder { try Self.checkFolder(folder) }
    }
    if !isBatch && !separate {
      let endings = CaseFolder.fileEndings + (structureSet == nil ? [] : [".dcm"])
      guard endings.contains(where: { output.lastPathComponent.lowercased().hasSuffix($0) }) else {
        throw CommandError.unknownEnding(output.lastPathComponent, endings: endings)
      }
      try Self.checkFile(output)
    }
    if let report, !isBatch { try Self.checkFile(report) }
  }

  private static func checkFile(_ file: URL) throws {
    guard !file.isFolder else { throw CommandError.isAFolder(file.relativePath) }
    let folder = file.deletingLastPathComponent()
    guard Self.takesFiles(folder) else { throw CommandError.unwritableFolder(folder.relativePath) }
  }

  private static func checkFolder(_ folder: URL) throws {
    if FileManager.default.fileExists(atPath: folder.path), !folder.isFolder {
      throw CommandError.notAFolder(folder.relativePath)
    }
    var existing = folder.standardizedFileURL
    while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
      existing = existing.deletingLastPathComponent()
    }
    guard Self.takesFiles(existing) else { throw CommandError.unwritableFolder(existing.path) }
  }

  /// Whether something can be made in a folder; permissions alone do not tell (root, read-only
  /// disks, /proc), so something is made and taken away.
  private static func takesFiles(_ folder: URL) -> Bool {
    let probe = folder.appending(path: ".delineate-\(UUID().uuidString)")
    guard mkdir(probe.path, 0o700) == 0 else { return false }
    return rmdir(probe.path) == 0
  }

  /// Writes everything that was asked for, the label map first.
  func write(_ result: SegmentationResult, of name: String) throws -> FinishedRun {
    let start = ContinuousClock.now
    var written = [try writeLabels(result, of: name)]
    if let registration = result.registration, let registered {
      let place = isBatch ? registered.appending(path: name) : registered
      try Self.write(registration, onto: result.scan.grid, in: place)
      written.append(place)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    var run = result.report
    run.seconds["write"] = seconds
    run.seconds["total", default: 0] += seconds
    if overlay != nil || report != nil {
      written += try writePictures(result, run, of: name)
    }
    return FinishedRun(name: name, report: run, written: written)
  }

  private static func write(
    _ registration: NetworkRegistration,
    onto grid: VoxelGrid,
    in folder: URL
  ) throws {
    try make(folder)
    // The names of what `register` writes: whatever reads its folders reads these.
    try VolumeFiles.write(
      registration.registered,
      to: folder.appending(path: "registered.nii.gz")
    )
    let field = folder.appending(path: TransformFormat.field.fileName)
    try Registration.write(registration.transform, fixedGrid: grid, to: field)
  }

  private func writePictures(
    _ result: SegmentationResult,
    _ run: RunReport,
    of name: String
  ) throws -> [URL] {
    let pictures = try OverlayPictures(
      scan: result.scan,
      labels: result.labelMap,
      scheme: result.scheme,
      window: IntensityWindow(suiting: result.scan, isCT: result.isCT)
    )
    let temporary = FileManager.default.temporaryDirectory
      .appending(path: "delineate-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: temporary) }
    let folder = overlay.map { isBatch ? $0.appending(path: name) : $0 }
    var pages = try pictures.write(to: folder ?? temporary)
    try pages.insert(
      contentsOf: overviews(result, in: folder ?? temporary),
      at: min(1, pages.count)
    )
    guard let report else { return folder.map { [$0] } ?? [] }
    let page = isBatch ? report.appending(path: "\(name).html") : report
    let html = try CaseReport(
      run,
      scheme: result.scheme,
      title: "Contours of \(name)",
      pictures: pages
    ).html()
    try Self.make(page.deletingLastPathComponent())
    do { try Data(html.utf8).write(to: page, options: .atomic) } catch {
      throw CommandError.unwritable(page.relativePath)
    }
    return (folder.map { [$0] } ?? []) + [page]
  }

  /// All structures over each of the other scans: whether these lie on the contoured one shows there.
  private func overviews(
    _ result: SegmentationResult,
    in folder: URL
  ) throws -> [WrittenPicture] {
    try result.others.map { other in
      let pictures = try OverlayPictures(
        scan: other.volume,
        labels: result.labelMap,
        scheme: result.scheme,
        window: IntensityWindow(suiting: other.volume, isCT: other.isCT)
      )
      let place = folder.appending(path: "overview_\(fileName(for: other.channel)).png")
      try writePNG(pictures.overview(), to: place)
      return WrittenPicture(title: "All structures over \(other.channel)", file: place)
    }
  }

  private func writeLabels(_ result: SegmentationResult, of name: String) throws -> URL {
    let place = isBatch ? output.appending(path: separate ? name : name + fileEnding) : output
    if let (folder, export) = structureSet, let uid = result.source.seriesUID {
      try write(result, on: ImageSeries.read(in: folder, uid: uid), export, to: place)
      return place
    }
    guard separate else {
      if isBatch { try Self.make(output) }
      try VolumeFiles.write(result.labelMap, scheme: result.scheme, to: place)
      return place
    }
    try Self.make(place)
    for entry in result.scheme.entries {
      let mask = result.labelMap.map { $0 == entry.label }
      try VolumeFiles.write(
        mask,
        name: entry.name,
        to: place.appending(path: fileName(for: entry.name) + fileEnding)
      )
    }
    return place
  }

  private func write(
    _ result: SegmentationResult,
    on series: ImageSeries,
    _ export: StructureSetExport,
    to place: URL
  ) throws {
    var export = export
    let model = result.report.model
    export.model =
      "Model \(model.name), Delineate \(delineateVersion), SHA-256 "
      + model.sha256.map { String($0.prefix(16)) }.joined(separator: " ")
    let contours = try export(
      result.labelMap,
      scheme: result.scheme,
      on: series,
      scan: result.scan,
      isCT: result.isCT
    )
    let hashes = model.sha256.joined(separator: " ")
    try delineate.write(
      contours.structureSet,
      on: series,
      origin: ObjectOrigin(
        version: delineateVersion,
        description: "Model \(model.name), SHA-256 \(hashes)"
      ),
      to: place
    )
    for note in contours.notes { StatusLine.write("Note: \(note)\n") }
  }

  private static func make(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritableFolder(folder.relativePath)
    }
  }
}

extension URL {
  /// Whether a folder is there.
  var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
