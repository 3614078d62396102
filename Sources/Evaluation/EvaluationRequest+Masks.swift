import Anatomy
import Datasets
public import Volumes

extension EvaluationRequest {
  /// Both sides of one structure of one case as they are compared, read again: for pictures.
  /// - Returns: `nil` where a side is missing or cannot be used.
  public func masks(
    ofCase caseName: String,
    structure: String
  ) -> (reference: CroppedMask, prediction: CroppedMask)? {
    let pairs = CasePair.pairs(reference, prediction)
    guard let pair = pairs.first(where: { $0.name == caseName }) else { return nil }
    let identity = vocabulary.identity(of: structure)
    func mask(_ role: String) -> CroppedMask? {
      let isReference = role == "reference"
      let sources = (isReference ? pair.reference : pair.prediction).filter { source in
        source.structure.map { vocabulary.identity(of: $0) == identity } ?? true
      }
      return CaseSide(
        sources,
        of: isReference ? reference : prediction,
        beside: isReference ? prediction : reference,
        role: role,
        caseName: caseName,
        request: self
      ).side(identity).mask
    }
    guard let expected = mask("reference"), let found = mask("prediction") else { return nil }
    if expected.grid.matches(found.grid) { return (expected, found) }
    return resamplesPredictions ? (expected, found.resampled(onto: expected.grid)) : nil
  }
}
