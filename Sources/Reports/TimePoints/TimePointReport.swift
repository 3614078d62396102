public import Evaluation
public import Foundation

/// Methods that contoured tumors weeks later: tables, tests and the figures of Ren et al., as one page.
public struct TimePointReport: Sendable {
  /// The heading.
  public var title: String
  /// When the study was made.
  public var date: Date
  /// The numbers.
  public var study: TimePointStudy
  /// Where the numbers come from.
  public var provenance: [CaseReport.Section]

  /// A report from its parts.
  public init(
    title: String,
    date: Date,
    study: TimePointStudy,
    provenance: [CaseReport.Section] = []
  ) {
    self.title = title
    self.date = date
    self.study = study
    self.provenance = provenance
  }

  /// The page, which needs nothing else.
  public func html() -> String {
    HTMLPage(
      title: title,
      subtitle: "\(counted(patients, "patient")), \(counted(study.methods.count, "method")), "
        + HTMLPage.text(date),
      body: """
        <main>
        \(scores)
        \(vanished)
        \(tests)
        \(distributions)
        \(changes)
        \(volumes)
        \(methods)
        <div class="columns">
        \(provenance.map(HTMLPage.facts).joined(separator: "\n"))
        </div>
        </main>
        """,
      hasFigures: true
    ).html
  }

  /// The number of patients.
  var patients: Int {
    Set(study.methods.first?.outcomes.map(\.caseName) ?? []).count
  }

  private var methods: String {
    """
    <section class="methods">
    <h2>Methods</h2>
    <p>\(escaped(TimePointRequest.baseline)) are the contours from before radiotherapy, registered \
    and scored as if they were the later ones: what any method must beat. They are no segmentation of \
    the later scan.</p>
    <p>The aggregated Dice divides twice the volume that both sides share, summed over all patients, \
    by the sum of both sides’ volumes (HNTS-MRG 2024). Dice of a patient without a voxel on either \
    side is undefined; means are given with those left out, counted as 1, and counted as 0 as the \
    program of Ren et al. counts them. HD95 is surface-distance’s, the larger of both directions’ \
    95th percentiles by surface area; both distances are over patients with voxels on both sides.</p>
    <p>Tests are Wilcoxon’s signed ranks on the patients’ Dice, two-sided, undefined ones counted as \
    1 on both sides, p-values corrected by Holm for all tests of this page. Correlations are \
    Spearman’s of the change of volume and Dice over tumors that are still there.</p>
    </section>
    """
  }
}
