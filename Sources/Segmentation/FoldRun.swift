/// What a request's policy, or the request itself, asks of a model for one scan.
struct FoldRun {
  /// The places of the folds that are averaged, among the loaded ones.
  let folds: [Int]
  let mirroring: Bool
  let step: Double

  /// - Parameters:
  ///   - request: What is asked for.
  ///   - model: The loaded folds.
  ///   - voxels: How many voxels the scan has on the model's grid.
  /// - Throws: ``SegmentationError/unusablePolicy(reason:)`` where the model lacks a fold of the rule.
  init(
    _ request: SegmentationRequest,
    model: LoadedModel,
    voxels: Int
  ) throws(SegmentationError) {
    guard let rule = try request.policy?.rule(voxels: voxels) else {
      folds = Array(model.foldNames.indices)
      mirroring = request.mirroring
      step = request.stepFraction
      return
    }
    var folds: [Int] = []
    for name in rule.folds ?? model.foldNames {
      guard let place = model.foldNames.firstIndex(of: name) else {
        throw .unusablePolicy(
          reason: "the model has no fold \(name), but \(model.foldNames.joined(separator: ", "))"
        )
      }
      folds.append(place)
    }
    self.folds = folds
    mirroring = rule.mirroring && request.mirroring
    step = rule.step
  }
}
