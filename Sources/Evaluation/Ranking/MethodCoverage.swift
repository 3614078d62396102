import SegmentationMetrics

/// Which cases and structures the methods have scores of.
struct MethodCoverage {
  private let methods: [String]
  private let cases: [[String]]
  private let structures: [[String]]

  init(_ tables: [ScoreTable]) {
    methods = tables.map(\.method)
    cases = tables.map(\.cases)
    structures = tables.map(\.structures)
  }

  /// Whether a case occurs in all tables.
  var hasCommonCase: Bool { Self.hasCommon(cases) }
  /// Whether a structure occurs in all tables.
  var hasCommonStructure: Bool { Self.hasCommon(structures) }

  private static func hasCommon(_ names: [[String]]) -> Bool {
    guard let first = names.first else { return false }
    return !names.dropFirst().reduce(Set(first)) { $0.intersection($1) }.isEmpty
  }

  /// One sentence for each method that lacks cases, and one for each that lacks structures.
  func sentences(missing: MissingScores) -> [String] {
    let fate =
      missing == .exclude
      ? "left out for all methods" : "counted as predictions without the structure"
    func sentences(_ names: [[String]], _ kind: String) -> [String] {
      let all = distinct(names.flatMap { $0 })
      return zip(methods, names).compactMap { method, own in
        let known = Set(own)
        let lacking = all.filter { !known.contains($0) }
        guard !lacking.isEmpty else { return nil }
        let listed = lacking.prefix(10).joined(separator: ", ")
        let more = lacking.count > 10 ? " and \(lacking.count - 10) more" : ""
        return """
          \(method) has no scores of \(lacking.count) of \(all.count) \(kind) \
          (\(listed)\(more)); they are \(fate).
          """
      }
    }
    return sentences(cases, "cases") + sentences(structures, "structures")
  }
}
