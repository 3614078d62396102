import Anatomy
import Datasets
import Foundation
import Models
import SegmentationMetrics
import VolumeFiles
import Volumes

/// What a file or folder is, in words.
struct InspectionText {
  /// Names and values, one a line.
  let text: String

  init(of url: URL) throws {
    if url.isFolder {
      text = try Self.folder(url)
    } else if url.pathExtension.lowercased() == "zip" {
      text = try Self.model(url)
    } else {
      text = try Self.volume(url)
    }
  }

  private static func folder(_ url: URL) throws -> String {
    do {
      return try model(url)
    } catch ModelError.notAModel {
      // Not a model: cases or slices, then.
    }
    if let cases = cases(url) { return cases }
    let series = try listSeries(in: url)
    guard !series.isEmpty else {
      // Says what else the folder holds.
      _ = try readScan(at: url)
      return ""
    }
    return series.map { series in
      var facts = [("DICOM series", series.number.map(String.init) ?? "without a number")]
      facts += [("Modality", series.modality), ("Slices", "\(series.sliceCount)")]
      facts += series.grid.map(Self.facts) ?? []
      facts += series.problemSentence.map { [("Problem", $0)] } ?? []
      return lines(facts + (series.uid.isEmpty ? [] : [("UID", series.uid)]))
    }.joined(separator: "\n\n")
  }

  private static func model(_ url: URL) throws -> String {
    let model = try inspectModel(at: url)
    let facts = [("Model", "\(model.format.rawValue), \(model.parameterCount) weights a fold")]
    let text = ModelText(model.plan, folds: model.folds, postprocessing: model.postprocessing)
    return lines(facts + text.facts)
  }

  /// Cases by how many channels they have; `nil` where the folder is not in nnU-Net's naming.
  private static func cases(_ url: URL) -> String? {
    guard CaseFolder.isCaseFolder(url) else { return nil }
    // The first channel count that fits every case is theirs.
    for count in 1...16 {
      guard let folder = try? CaseFolder(at: url, channelCount: count) else { continue }
      return lines([
        ("Folder of cases", "\(folder.cases.count)"), ("Channels", "\(count)"),
        ("First", folder.cases.first?.name ?? ""), ("Last", folder.cases.last?.name ?? ""),
      ])
    }
    return lines([("Folder of cases", "with different channels")])
  }

  private static func volume(_ url: URL) throws -> String {
    let file = try inspectFile(at: url)
    var facts = facts(file.grid)
    facts.append(("Stored as", file.scalarType.rawValue + (file.isRescaled ? ", rescaled" : "")))
    // Few whole numbers from 0 up are labels; a scan has many values, or some below zero.
    if let read = try? readLabelMap(at: url) {
      let volumes = LabelVolumes(read.labelMap)
      if volumes.labels.count <= 256,
        file.segments != nil || ![.float32, .float64].contains(file.scalarType)
      {
        facts.insert(("Label map", "\(file.format), \(volumes.labels.count) structures"), at: 0)
        return lines(facts) + "\n\n" + table(volumes, scheme: read.scheme).text
      }
    }
    let scan = try readVolume(at: url)
    let (low, high) = scan.withUnsafeVoxels { voxels in
      voxels.reduce(into: (Float.infinity, -Float.infinity)) {
        $0 = (min($0.0, $1), max($0.1, $1))
      }
    }
    facts.insert(("Scan", "\(file.format)"), at: 0)
    facts.append(("Intensities", "\(low) to \(high)"))
    return lines(facts)
  }

  private static func table(_ volumes: LabelVolumes, scheme: LabelScheme?) -> TextTable {
    var table = TextTable(header: ["Structure", "Label", "Volume, ml", "Voxels"])
    let named = scheme?.entries ?? []
    let others = volumes.labels.filter { label in !named.contains { $0.label == label } }
    for (label, name) in named.map({ ($0.label, $0.name) }) + others.map({ ($0, "Label \($0)") }) {
      table.rows.append([
        name, "\(label)", volumes.volumeInMilliliters(of: label).text(digits: 1),
        "\(volumes.voxelCount(of: label))",
      ])
    }
    return table
  }

  private static func facts(_ grid: VoxelGrid) -> [(String, String)] {
    func triple(_ value: SIMD3<Double>, _ digits: Int, _ separator: String) -> String {
      (0..<3).map { value[$0].text(digits: digits) }.joined(separator: separator) + " mm"
    }
    return [
      ("Voxels", "\(grid.size.x) × \(grid.size.y) × \(grid.size.z)"),
      ("Spacing", triple(grid.spacing, 3, " × ")),
      ("Origin", triple(grid.origin, 2, ", ") + ", LPS"), ("Orientation", grid.orientation),
    ]
  }

  private static func lines(_ facts: [(String, String)]) -> String {
    let width = facts.map(\.0.count).max() ?? 0
    return facts.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + value
    }.joined(separator: "\n")
  }
}
