/// Corrections of p-values for the number of tests.
public enum MultipleTesting {
  /// Each p-value times the number of tests, at most 1.
  /// - SeeAlso: Dunn, *JASA* 56 (1961), 52–64.
  public static func bonferroni(_ pValues: [Double]) -> [Double] {
    pValues.map { min(1, $0 * Double(pValues.count)) }
  }

  /// Holm's step-down correction, never larger than Bonferroni's.
  ///
  /// The smallest of `m` p-values times `m`, the next times `m − 1`, …, each at least the one before
  /// and at most 1.
  /// - SeeAlso: Holm, *Scandinavian Journal of Statistics* 6 (1979), 65–70.
  public static func holm(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var corrected = pValues
    var largest = 0.0
    for (step, index) in order.enumerated() {
      largest = max(largest, min(1, pValues[index] * Double(pValues.count - step)))
      corrected[index] = largest
    }
    return corrected
  }
}
