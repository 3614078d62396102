import Anatomy
import Foundation
import Registration
import Reports
import Segmentation

extension CaseReport {
  /// The report of a run, with its pictures read back.
  init(
    _ run: RunReport,
    scheme: LabelScheme,
    title: String,
    pictures: [WrittenPicture]
  ) throws {
    self.init(
      title: title,
      date: Date(),
      warnings: run.warnings,
      structures: run.structures.map { structure in
        Structure(
          name: scheme.entry(label: structure.label)?.name ?? structure.name,
          label: structure.label,
          color: scheme.entry(label: structure.label)?.color ?? .palette(Int(structure.label)),
          volumeInMilliliters: structure.volumeInMilliliters,
          voxels: structure.voxels
        )
      },
      pictures: try pictures.map { Picture(caption: $0.title, png: try Data(contentsOf: $0.file)) },
      stages: Self.stages(run.seconds),
      sections: [
        Section("Scan", Self.facts(run.grid))
      ] + Self.scanSections(run.scans) + Self.sections(run.registration) + [
        Section("Model", Self.facts(run.model)),
        Section("Run", Self.facts(run)),
      ] + Self.sections(run) + [
        Section("Versions", run.versions.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value) })
      ]
    )
  }

  /// The stages in the order they happen, what is not known here last; the total is their sum.
  private static func stages(_ seconds: [String: Double]) -> [Stage] {
    let names = [
      ("load", "Load the model"), ("read", "Read the scan"), ("align", "Align the other scans"),
      ("scout", "Look coarsely"),
      ("previousStage", "Previous stage of the cascade"), ("prepare", "Prepare"),
      ("body", "Find the body"), ("network", "Network"), ("blend", "Blend windows"),
      ("restore", "Restore labels"), ("probabilities", "Write probabilities"),
      ("postprocessing", "Post-process"), ("registration", "Apply the network's registration"),
      ("write", "Write labels"),
    ]
    let others = seconds.keys.filter { key in key != "total" && !names.contains { $0.0 == key } }
    return (names + others.sorted().map { ($0, $0) }).compactMap { key, name in
      seconds[key].map { Stage(name, seconds: $0) }
    }
  }

  private static func facts(_ grid: RunReport.Grid) -> [Fact] {
    [
      Fact("Voxels", grid.size.map(String.init).joined(separator: " × ")),
      Fact("Spacing", grid.spacing.map { $0.text(digits: 3) }.joined(separator: " × ") + " mm"),
      Fact("Origin", grid.origin.map { $0.text(digits: 1) }.joined(separator: ", ") + " mm, LPS"),
      Fact("Orientation", grid.orientation),
    ]
  }

  /// What became of the scans beside the first, each with the numbers of its registration.
  private static func scanSections(_ scans: [ScanUse]) -> [Section] {
    scans.map { scan in
      var facts = [Fact("Used", scan.fate.text)]
      facts += scan.reasons.map { Fact("Note", $0) }
      if let measures = scan.registration {
        facts += [
          Fact(
            "Moved by",
            "\(measures.translation.text(digits: 1)) mm, "
              + "\(measures.rotationInDegrees.text(digits: 1))°"
          ),
          Fact(
            "Similarity",
            "\(measures.similarityBefore.text(digits: 3)) before, "
              + "\(measures.similarityAfter.text(digits: 3)) after (1 to 2)"
          ),
          Fact("Shows", "\((100 * measures.overlap).text(digits: 0)) % of the body"),
        ]
      }
      return Section(scan.channel, facts)
    }
  }

  /// What the network's own registration did, where it was asked for.
  private static func sections(_ registration: NetworkRegistration.Summary?) -> [Section] {
    guard let registration else { return [] }
    return [
      Section(
        "The network's registration of \(registration.channel)",
        [
          Fact("Mean displacement", "\(registration.meanDisplacement.text(digits: 1)) mm"),
          Fact("Largest displacement", "\(registration.largestDisplacement.text(digits: 1)) mm"),
          Fact("Folded", "\((100 * registration.foldedShare).text(digits: 2)) % of its voxels"),
        ]
      )
    ]
  }

  private static func facts(_ model: RunReport.ModelIdentity) -> [Fact] {
    [
      Fact("Name", model.name), Fact("Trainer", model.trainer),
      Fact("Folds", model.folds.joined(separator: ", ")),
    ] + model.sha256.map { Fact("SHA-256", $0) }
  }

  /// The regions in the order of work, where windows were chosen by a scout.
  private static func sections(_ run: RunReport) -> [Section] {
    guard let priorities = run.prioritization else { return [] }
    let regions = priorities.regions.map { region in
      let state =
        region.reason.isEmpty ? region.state.text : "\(region.state.text): \(region.reason)"
      return Fact(
        region.name,
        "\(state); \(region.windows) windows, \(region.seconds.text(digits: 1)) s; "
          + region.structures.joined(separator: ", ")
      )
    }
    let states = run.structures.map { Fact($0.name, $0.state?.text ?? "") }
    var facts = [Fact("Windows", priorities.summary(of: run.windows))]
    if let deadline = priorities.deadline {
      facts.append(
        Fact("Deadline", "\(deadline.text(digits: 0)) s, \(priorities.ranOut ? "ran out" : "kept")")
      )
    }
    if let pace = priorities.secondsPerWindow {
      facts.append(Fact("Pace", "\(pace.text(digits: 2)) s a window"))
    }
    return [
      Section("Priorities", facts), Section("Regions", regions), Section("Completeness", states),
    ]
  }

  private static func facts(_ run: RunReport) -> [Fact] {
    let settings = run.settings
    let axes = settings.mirroringAxes.map(String.init).joined(separator: ", ")
    return [
      Fact("Precision", settings.precision),
      Fact("Device", "\(settings.device), \(settings.threads) threads"),
      Fact("Mirroring", axes.isEmpty ? "none" : "axes \(axes)"),
      Fact("Windows", "\(run.windows.run) of \(run.windows.possible), \(settings.windowPlacement)"),
      Fact("Step", "\(settings.step.text(digits: 2)) of a window"),
      Fact("Peak memory", "\(run.peakMemoryInMegabytes.text(digits: 0)) MB"),
    ]
      + run.postprocessing.map {
        Fact(
          "Post-processing",
          "largest part of \($0.structures.joined(separator: ", ")): \($0.removedVoxels) voxels removed"
        )
      }
  }
}

extension ScanUse.Fate {
  /// What became of a scan, for people.
  fileprivate var text: String {
    switch self {
    case .given: "as it is, on the scan's grid"
    case .positioned: "where the files put it"
    case .registered: "registered"
    case .doubtful: "registered, doubtful"
    case .leftOut: "no"
    }
  }
}
