import Evaluation

/// What a reader of the scores must know, by kind: every finding is listed.
struct FindingList {
  let findings: [Finding]
  /// Up to how many a kind's list is open from the start.
  var openLimit = 6

  var markup: String {
    guard !findings.isEmpty else {
      return """
        <section>
        <h2>Findings</h2>
        <p>None: every case and structure was found on both sides, on one grid, and has voxels.</p>
        </section>
        """
    }
    let groups = Finding.Kind.bySeverity.compactMap { kind -> String? in
      let texts = findings.filter { $0.kind == kind }.map(\.text)
      guard !texts.isEmpty else { return nil }
      let items = texts.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
      let open = texts.count <= openLimit ? " open=\"open\"" : ""
      return """
        <details\(open)>
        <summary>\(kind.heading)<span class="count">\(texts.count)</span></summary>
        <ul>
        \(items)
        </ul>
        </details>
        """
    }
    return """
      <section class="findings">
      <h2>Findings</h2>
      <p class="note">\(counted(findings.count, "thing")) about the data that a reader of the \
      scores must know, by kind; nothing was dropped without being listed here.</p>
      \(groups.joined(separator: "\n"))
      </section>
      """
  }
}

extension Finding.Kind {
  /// All kinds, what kept contours from being scored first.
  static let bySeverity: [Finding.Kind] = [
    .unreadable, .gridMismatch, .predictionCaseMissing, .referenceCaseMissing, .duplicateName,
    .unknownLabel, .predictionMissing, .predictionEmpty, .referenceMissing, .referenceEmpty,
    .bothEmpty, .resampled, .contours, .singleVoxel, .touchesBorder,
  ]

  /// The kind as a heading.
  var heading: String {
    switch self {
    case .predictionCaseMissing: "Cases without a prediction"
    case .referenceCaseMissing: "Cases without a reference"
    case .predictionMissing: "Structures missing in the prediction"
    case .referenceMissing: "Structures missing in the reference"
    case .predictionEmpty: "Predictions without a voxel"
    case .referenceEmpty: "References without a voxel"
    case .bothEmpty: "Structures without a voxel on both sides"
    case .resampled: "Predictions resampled onto the reference's grid"
    case .gridMismatch: "Different grids, not scored"
    case .unreadable: "Files that could not be read"
    case .unknownLabel: "Labels without a name"
    case .duplicateName: "Two contours for one structure"
    case .contours: "Contours not taken as they are"
    case .singleVoxel: "Structures of a single voxel"
    case .touchesBorder: "Structures that touch the border of the volume"
    }
  }
}

extension EvaluationReport {
  var findingList: String { FindingList(findings: result.findings).markup }
}
