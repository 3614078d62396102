import Anatomy
import Datasets
import Foundation
import Registration
import Reports
import VolumeFiles
import Volumes

/// What a `register` command writes.
struct RegisterOutputs {
  let folder: URL
  let command: RegisterCommand

  /// Finds out before the work what would fail after it.
  func check() throws {
    for path in [command.fixed, command.moving] + command.apply {
      guard FileManager.default.fileExists(atPath: path) else { throw CommandError.missing(path) }
    }
    if FileManager.default.fileExists(atPath: folder.path), !folder.isFolder {
      throw CommandError.notAFolder(folder.relativePath)
    }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw CommandError.unwritableFolder(folder.relativePath) }
  }

  /// The label maps to carry along, on the moving scan's grid.
  func readLabels(onto grid: VoxelGrid) throws -> [(name: String, file: LabelFile)] {
    try command.apply.map { path in
      let url = URL(filePath: path)
      let file = try readLabelMap(at: url)
      guard file.labelMap.grid.matches(grid) else {
        throw GridMismatch(expected: grid, found: file.labelMap.grid)
      }
      return (url.lastPathComponent, file)
    }
  }

  /// Writes everything; the verdict comes first, so that no picture is ever without it.
  func write(
    _ result: RegistrationResult,
    _ request: RegistrationRequest,
    labels: [(name: String, file: LabelFile)]
  ) throws -> [URL] {
    let grid = request.fixed.grid
    var written = [folder.appending(path: "verdict.json")]
    try put(try jsonText(result.verdict) + "\n", at: written[0])
    let scan = folder.appending(path: "registered.nii.gz")
    let lowest = request.moving.withUnsafeVoxels { $0.min() ?? 0 }
    let moved = result.transform.resampled(
      request.moving,
      onto: grid,
      interpolation: command.interpolation,
      outside: command.outside ?? lowest,
      threads: request.threads
    )
    try VolumeFiles.write(moved, to: scan)
    written.append(scan)
    for format in command.formats {
      let place = folder.appending(path: format.fileName)
      try Registration.write(
        result.transform,
        fixedGrid: grid,
        to: place,
        threads: request.threads
      )
      written.append(place)
    }
    for (name, file) in labels {
      let place = folder.appending(path: "registered_\(name)")
      let map = result.transform.resampled(
        file.labelMap,
        onto: grid,
        interpolation: command.labels,
        threads: request.threads
      )
      try VolumeFiles.write(map, scheme: file.scheme, to: place)
      written.append(place)
      written += try writePictures(of: map, file.scheme, name: name, over: request.fixed)
    }
    return written + (try writeReport(result, request))
  }

  private func writePictures(
    of map: LabelMap,
    _ scheme: LabelScheme?,
    name: String,
    over scan: Volume<Float>
  ) throws -> [URL] {
    let present = Set(map.voxels).subtracting([0]).sorted()
    let entries = present.map { LabelScheme.Entry(label: $0, name: "label \($0)") }
    let pictures = try OverlayPictures(
      scan: scan,
      labels: map,
      scheme: scheme ?? LabelScheme(entries: entries)
    )
    let place = folder.appending(path: "\(fileName(for: name)).png")
    try writePNG(pictures.overview(), to: place)
    return [place]
  }

  private func writeReport(
    _ result: RegistrationResult,
    _ request: RegistrationRequest
  ) throws -> [URL] {
    let picture = folder.appending(path: "overlay.png")
    let sheet = RegistrationPictures(fixed: request.fixed, moving: request.moving).sheet(
      result.transform,
      title: "Registration \(result.verdict.judgment.rawValue.uppercased())"
    )
    try writePNG(sheet, to: picture)
    let report = RegistrationReport(
      result,
      kind: request.kind,
      pictures: [("The moving scan over the fixed one", try Data(contentsOf: picture))]
    )
    let page = folder.appending(path: "report.html")
    try put(report.html(), at: page)
    return [picture, page]
  }

  private func put(_ text: String, at place: URL) throws {
    do { try Data(text.utf8).write(to: place, options: .atomic) } catch {
      throw CommandError.unwritable(place.relativePath)
    }
  }
}
