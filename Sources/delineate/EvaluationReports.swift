import Evaluation
import Foundation
import Reports
import Segmentation
import SegmentationMetrics
import VolumeFiles
import Volumes

/// Pages for people from what commands found, with the pictures that make a disagreement plain.
enum EvaluationReports {
  /// The report of an evaluation; `scans` is a path with {case} to draw below the contours.
  static func page(
    _ result: EvaluationResult,
    _ request: EvaluationRequest,
    pictures count: Int,
    scans: String?
  ) -> String {
    EvaluationReport(
      title: "\(result.predictionName) against \(result.referenceName)",
      date: Date(),
      result: result,
      pictures: worstPictures(of: result, request, count: count, scans: scans),
      provenance: [provenance(result.notes)],
      order: .byMedian,
      worstCount: max(count, 12)
    ).html()
  }

  /// The report of a ranking, beside published means where there are some.
  static func page(_ ranking: Ranking, published: PublishedTable?) -> String {
    RankingReport(
      title: "Ranking of \(ranking.methods.joined(separator: ", "))",
      date: Date(),
      ranking: ranking,
      published: published.map { [$0] } ?? [],
      provenance: [provenance([])]
    ).html()
  }

  /// The report of observers, and of methods beside them.
  static func page(_ study: ObserverStudy) -> String {
    ObserversReport(
      title: "Agreement of \(study.observers.joined(separator: ", "))",
      date: Date(),
      study: study,
      pictures: [],
      provenance: [provenance(study.pairs.first?.notes ?? [])]
    ).html()
  }

  /// The worst pairs, one after the other: a large structure takes much memory for a moment.
  private static func worstPictures(
    of result: EvaluationResult,
    _ request: EvaluationRequest,
    count: Int,
    scans: String?
  ) -> [EvaluationReport.PairPicture] {
    EvaluationReport.worstPairs(of: result, count: count).compactMap { pair in
      guard let masks = request.masks(ofCase: pair.caseName, structure: pair.structure),
        let picture = try? DisagreementPicture(
          reference: masks.reference,
          prediction: masks.prediction,
          scan: scans.flatMap { scan($0, of: pair.caseName) },
          referenceName: result.referenceName,
          predictionName: result.predictionName
        ),
        let png = try? picture.image()?.png()
      else { return nil }
      return .init(caseName: pair.caseName, structure: pair.structure, png: png)
    }
  }

  private static func scan(_ pattern: String, of caseName: String) -> Volume<Float>? {
    let path = pattern.replacingOccurrences(of: "{case}", with: caseName)
    return try? readVolume(at: URL(filePath: path))
  }

  private static func provenance(_ notes: [String]) -> CaseReport.Section {
    CaseReport.Section(
      "Provenance",
      [CaseReport.Fact("Program", "delineate \(delineateVersion)")]
        + notes.map { CaseReport.Fact("Data", $0) }
    )
  }
}
