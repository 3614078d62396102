extension TimePointStudy {
  /// One row a method, patient and structure; volumes in ml, distances in mm, empty where undefined.
  public func csv() -> String {
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    var lines = [
      "method,case,structure,ml_before,ml_now,ml_found,ml_common,dice,hd95,msd"
    ]
    for method in methods {
      for outcome in method.outcomes {
        lines.append(
          [
            csvField(method.name), csvField(outcome.caseName), csvField(outcome.structure),
            number(outcome.millilitersBefore), number(outcome.millilitersNow),
            number(outcome.millilitersFound), number(outcome.millilitersCommon),
            number(outcome.dice), number(outcome.hausdorff95), number(outcome.meanSurfaceDistance),
          ].joined(separator: ",")
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
