public import Foundation
public import Registration

/// What a registration did, as one HTML page with its pictures inside.
public struct RegistrationReport: Sendable {
  private let result: RegistrationResult
  private let kind: RegistrationKind
  private let pictures: [(caption: String, png: Data)]

  /// A report of a result.
  /// - Parameters:
  ///   - result: What was found.
  ///   - kind: How far the moving scan was allowed to bend.
  ///   - pictures: PNG files' bytes with their captions.
  public init(
    _ result: RegistrationResult,
    kind: RegistrationKind,
    pictures: [(caption: String, png: Data)]
  ) {
    self.result = result
    self.kind = kind
    self.pictures = pictures
  }

  /// The page.
  public func html() -> String {
    let seconds = result.seconds.values.reduce(0, +)
    return HTMLPage(
      title: "Registration: \(result.verdict.judgment.rawValue)",
      subtitle: "\(kind.rawValue), \(fixed(seconds, digits: 1)) s, \(HTMLPage.text(Date()))",
      body: """
        \(warnings)
        <main>
        \(pictures.map { HTMLPage.figure(png: $0.png, caption: $0.caption) }.joined(separator: "\n"))
        <div class="columns">
        \(HTMLPage.facts(.init("Measures", result.verdict.facts)))
        \(HTMLPage.facts(.init("Time", times)))
        </div>
        </main>
        """
    ).html
  }

  private var warnings: String {
    let reasons = result.verdict.reasons
    guard !reasons.isEmpty else { return "" }
    let items = reasons.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
    return
      "<section class=\"warnings\">\n<h2>Look before use</h2>\n<ul>\n\(items)\n</ul>\n</section>"
  }

  private var times: [CaseReport.Fact] {
    result.seconds.sorted { $0.key < $1.key }.map {
      CaseReport.Fact($0.key, "\(fixed($0.value, digits: 1)) s")
    }
  }
}

extension RegistrationVerdict {
  /// The numbers with their names and units, for people.
  public var facts: [CaseReport.Fact] {
    let m = measures
    func percent(_ share: Double) -> String { "\(fixed(100 * share, digits: 1)) %" }
    var facts = [
      CaseReport.Fact(
        "Similarity (NMI, 1 to 2)",
        "\(fixed(m.similarityBefore, digits: 3)) before, \(fixed(m.similarityAfter, digits: 3)) after"
      ),
      CaseReport.Fact(
        "Mutual information",
        "\(fixed(m.informationBefore, digits: 3)) before, \(fixed(m.informationAfter, digits: 3)) after (nats)"
      ),
      CaseReport.Fact("Fixed body shown by the moving scan", percent(m.overlap)),
      CaseReport.Fact("Moved by", "\(fixed(m.translation, digits: 1)) mm"),
      CaseReport.Fact("Turned by", "\(fixed(m.rotationInDegrees, digits: 1))°"),
      CaseReport.Fact("Two searches end apart by", "\(fixed(m.disagreement, digits: 1)) mm"),
    ]
    if let residual = m.localResidual, let stray = m.strayBlocks {
      facts.append(
        CaseReport.Fact(
          "Blocks would rather lie",
          "\(fixed(residual, digits: 1)) mm away (median); \(percent(stray)) more than 6 mm"
        )
      )
    }
    if m.deformation > 0 {
      facts += [
        CaseReport.Fact("Bent by", "\(fixed(m.deformation, digits: 1)) mm (mean in the body)"),
        CaseReport.Fact("Smallest Jacobian determinant", fixed(m.smallestJacobian, digits: 2)),
        CaseReport.Fact("Folded", percent(m.foldedShare)),
      ]
    }
    facts.append(
      CaseReport.Fact(
        "Best similarity turned over",
        "\(fixed(m.turnedSimilarity, digits: 3)) (\(m.turnedHow))"
      )
    )
    return facts
  }
}
