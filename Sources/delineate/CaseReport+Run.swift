import Anatomy
import Foundation
import Reports
import Segmentation

extension CaseReport {
  /// The report of a run, with its pictures read back.
  init(_ result: SegmentationResult, title: String, pictures: [WrittenPicture]) throws {
    let run = result.report
    let size = run.grid.size.map(String.init).joined(separator: " × ")
    let spacing = run.grid.spacing.map { $0.text(digits: 3) }
    self.init(
      title: title, date: Date(), warnings: run.warnings,
      structures: run.structures.map { structure in
        let color = result.scheme.entry(label: structure.label)?.color
        return Structure(
          name: structure.name, label: structure.label,
          color: color ?? .palette(Int(structure.label)),
          volumeInMilliliters: structure.volumeInMilliliters, voxels: structure.voxels)
      },
      pictures: try pictures.map { Picture(caption: $0.title, png: try Data(contentsOf: $0.file)) },
      stages: run.stages.map { Stage($0.name, seconds: $0.seconds) },
      sections: [
        Section(
          "Scan",
          [
            Fact("Voxels", size), Fact("Spacing", spacing.joined(separator: " × ") + " mm"),
            Fact("Orientation", run.grid.orientation),
          ]),
        Section(
          "Model",
          [Fact("Name", run.modelName)] + run.modelSHA256.map { Fact("SHA-256", $0) }),
        Section(
          "Run",
          [
            Fact("Windows", "\(run.windowsRun) of \(run.windowsPossible)"),
            Fact(
              "Peak memory",
              "\(run.peakMemoryInMegabytes.text(digits: 0)) MB"),
          ]),
        Section("Versions", run.versions.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value) }),
      ])
  }
}
