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
    func ofStructure(_ sources: [StructureLibrary.Source]) -> [StructureLibrary.Source] {
      sources.filter { $0.structure.map { vocabulary.identity(of: $0) == identity } ?? true }
    }
    let sides = CaseSide.both(
      of: CasePair(
        name: caseName,
        reference: ofStructure(pair.reference),
        prediction: ofStructure(pair.prediction)
      ),
      self
    )
    guard let expected = sides.reference.side(identity).mask,
      let found = sides.prediction.side(identity).mask
    else { return nil }
    if expected.grid.matches(found.grid) { return (expected, found) }
    return resamplesPredictions ? (expected, found.resampled(onto: expected.grid)) : nil
  }
}
