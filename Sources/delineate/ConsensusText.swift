import Evaluation
import Foundation
import SegmentationMetrics
import Volumes

/// The consensus of observers as tables or as JSON.
struct ConsensusText {
  private struct Observer: Encodable {
    let observer: String
    let sensitivity: Double?
    let specificity: Double?
  }

  private struct Structure: Encodable {
    let structure: String
    let label: UInt16
    let voxels: Int
    let volumeInMilliliters: Double
    let iterations: Int?
    let observers: [Observer]
  }

  private struct Case: Encodable {
    let `case`: String
    let written: String?
    let contestedVoxels: Int
    let structures: [Structure]
    let remarks: [String]
  }

  private var cases: [Case] = []

  /// Whether no case has a consensus.
  var isEmpty: Bool { cases.allSatisfy(\.structures.isEmpty) }

  /// Takes up a case.
  mutating func add(_ consensus: CaseConsensus, written: ConsensusOutputs.Written?) {
    let structures = consensus.structures.map { structure in
      Structure(
        structure: structure.name,
        label: structure.label,
        voxels: structure.consensus.mask.voxelCount,
        volumeInMilliliters: structure.consensus.mask.volume / 1000,
        iterations: structure.consensus.iterations,
        observers: structure.observers.enumerated().map { place, observer in
          Observer(
            observer: observer,
            sensitivity: structure.consensus.sensitivities[place],
            specificity: structure.consensus.specificities[place]
          )
        }
      )
    }
    cases.append(
      Case(
        case: consensus.name,
        written: written?.path,
        contestedVoxels: written?.contested ?? 0,
        structures: structures,
        remarks: consensus.remarks
      )
    )
  }

  /// For each case a table with a line for each structure and observer, and what to know.
  var text: String {
    cases.map { entry in
      var table = TextTable(
        header: ["Structure", "Label", "Volume, ml", "Observer", "Sensitivity", "Specificity"]
      )
      for structure in entry.structures {
        for (place, observer) in structure.observers.enumerated() {
          let isFirst = place == 0
          table.rows.append([
            isFirst ? structure.structure : "", isFirst ? "\(structure.label)" : "",
            isFirst ? structure.volumeInMilliliters.text(digits: 2) : "", observer.observer,
            observer.sensitivity?.text(digits: 4) ?? "\u{2013}",
            observer.specificity?.text(digits: 6) ?? "\u{2013}",
          ])
        }
      }
      var lines = cases.count > 1 ? [entry.case] : []
      if !entry.structures.isEmpty { lines.append(table.text) }
      lines += entry.remarks
      if entry.contestedVoxels > 0 {
        lines.append(
          "\(entry.contestedVoxels) voxels in several structures went to the smallest of them."
        )
      }
      if let written = entry.written { lines.append("Wrote \(written)") }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// The same as JSON.
  func json() throws -> String { try jsonText(cases) }
}
