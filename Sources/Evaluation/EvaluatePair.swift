internal import SegmentationMetrics
internal import Volumes

/// One side of a pair: a structure, or why there is none that can be compared.
enum PairSide: Sendable {
  case mask(CroppedMask)
  /// Nothing stands for the structure.
  case missing
  /// Something does but cannot be used, which a finding says already.
  case unusable

  var mask: CroppedMask? {
    guard case .mask(let mask) = self else { return nil }
    return mask
  }

  var isMissing: Bool {
    guard case .missing = self else { return false }
    return true
  }
}

/// What one structure of one case came to.
struct PairOutcome: Sendable {
  let caseName: String
  let structure: String
  /// What the spellings of the structure have in common.
  let identity: String
  var values: [MetricValue]
  var overlap: Overlap?
  var findings: [Finding]
}

/// Compares one structure of one case.
struct PairEvaluation {
  let metrics: [Metric]
  let resamplesPredictions: Bool
  let caseName: String
  let structure: String
  let identity: String
  private var findings: [Finding] = []

  init(_ request: EvaluationRequest, caseName: String, structure: String, identity: String) {
    metrics = request.metrics
    resamplesPredictions = request.resamplesPredictions
    self.caseName = caseName
    self.structure = structure
    self.identity = identity
  }

  /// Adds a finding about this structure.
  mutating func add(_ kind: Finding.Kind, _ text: String) {
    findings.append(
      Finding(
        kind,
        caseName: caseName,
        structure: structure,
        text: "\(caseName), \(structure): \(text)"
      )
    )
  }

  /// Compares both sides; `caseIsMissing` keeps a finding for the whole case from being repeated.
  mutating func outcome(
    reference: PairSide,
    prediction: PairSide,
    caseIsMissing: Bool = false
  ) -> PairOutcome {
    if !caseIsMissing {
      if reference.isMissing && !prediction.isMissing {
        add(.referenceMissing, "only the prediction has it; not scored.")
      } else if prediction.isMissing && !reference.isMissing {
        add(.predictionMissing, "the prediction lacks it; not scored.")
      }
    }
    guard let expected = reference.mask else { return outcome(.undefined(.referenceMissing)) }
    guard let found = prediction.mask else { return outcome(.undefined(.predictionMissing)) }
    guard let placed = placed(found, on: expected.grid) else {
      return outcome(.undefined(.predictionMissing))
    }
    describe(expected, placed)
    do {
      let comparison = try StructureComparison(
        reference: expected,
        prediction: placed,
        metrics: metrics
      )
      var outcome = outcome(.undefined(.bothEmpty))
      outcome.values = metrics.map(comparison.value)
      outcome.overlap = comparison.overlap
      return outcome
    } catch {
      add(.gridMismatch, "\(error) Not scored.")
      return outcome(.undefined(.predictionMissing))
    }
  }

  private func outcome(_ value: MetricValue) -> PairOutcome {
    PairOutcome(
      caseName: caseName,
      structure: structure,
      identity: identity,
      values: metrics.map { _ in value },
      overlap: nil,
      findings: findings
    )
  }

  /// The prediction on the reference's grid: as it is, or resampled where that is asked for.
  private mutating func placed(_ mask: CroppedMask, on grid: VoxelGrid) -> CroppedMask? {
    if grid.matches(mask.grid) { return mask }
    let mismatch = "\(GridMismatch(expected: grid, found: mask.grid))"
    guard resamplesPredictions else {
      add(.gridMismatch, "\(mismatch) Not scored; --resample nearest brings them together.")
      return nil
    }
    add(.resampled, "\(mismatch) The prediction was resampled (nearest neighbor).")
    return mask.resampled(onto: grid)
  }

  /// Says what is unusual about the masks that are compared.
  private mutating func describe(_ reference: CroppedMask, _ prediction: CroppedMask) {
    switch (reference.isEmpty, prediction.isEmpty) {
    case (true, true): add(.bothEmpty, "neither side has a voxel.")
    case (true, false): add(.referenceEmpty, "the reference has no voxel.")
    case (false, true): add(.predictionEmpty, "the prediction has no voxel.")
    case (false, false): break
    }
    func sides(_ property: (CroppedMask) -> Bool) -> String? {
      switch (property(reference), property(prediction)) {
      case (true, true): "the reference and the prediction"
      case (true, false): "the reference"
      case (false, true): "the prediction"
      case (false, false): nil
      }
    }
    if let sides = sides({ $0.voxelCount == 1 }) {
      add(.singleVoxel, "a single voxel in \(sides).")
    }
    if let sides = sides(\.touchesBorder) {
      add(.touchesBorder, "it reaches the border of the volume in \(sides), and may go on beyond.")
    }
  }
}

extension CroppedMask {
  /// Whether a voxel lies in the first or last row, column or slice of the grid.
  var touchesBorder: Bool {
    guard let box else { return false }
    return box.i.lowerBound == 0 || box.j.lowerBound == 0 || box.k.lowerBound == 0
      || box.i.upperBound == grid.size.x || box.j.upperBound == grid.size.y
      || box.k.upperBound == grid.size.z
  }
}
