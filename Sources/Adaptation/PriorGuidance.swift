public import Anatomy
public import Volumes

/// What is known of a patient from before: contours (and perhaps the scan) laid on the later scan.
public struct PriorGuidance: Sendable {
  /// The scan whose tumors are wanted.
  public let later: Volume<Float>
  /// The earlier contours, on the later scan's grid.
  public let contours: LabelMap
  /// What the contours' numbers stand for.
  public let scheme: LabelScheme
  /// The earlier scan, on the later one's grid; only some models look at it.
  public let earlier: Volume<Float>?
  /// The earlier tumors, structure after structure in the scheme's order.
  public let instances: [TumorInstance]

  /// Guidance from its parts.
  /// - Throws: ``AdaptationError/otherGrid(what:found:expected:)`` where something does not lie on the
  ///   later scan's grid.
  public init(
    later: Volume<Float>,
    contours: LabelMap,
    scheme: LabelScheme,
    earlier: Volume<Float>? = nil
  ) throws(AdaptationError) {
    try check(contours.grid, "The contours", against: later.grid)
    if let earlier { try check(earlier.grid, "The earlier scan", against: later.grid) }
    self.later = later
    self.contours = contours
    self.scheme = scheme
    self.earlier = earlier
    instances = tumorInstances(
      in: scheme.entries.map { entry in
        (entry.label, CroppedMask(contours.map { $0 == entry.label }))
      }
    )
  }

  /// The volume that a model's channel takes.
  /// - Parameters:
  ///   - channel: Which.
  ///   - margin: Where within its range the boxes' margin lies; only gradient maps follow it.
  /// - Returns: A volume on the later scan's grid.
  /// - Throws: ``AdaptationError`` where the earlier scan or the structure is missing.
  public func volume(
    of channel: AdaptationChannel,
    margin: MarginChoice = .middle
  ) throws(AdaptationError) -> Volume<Float> {
    switch channel {
    case .later: return later
    case .earlier:
      guard let earlier else { throw .noEarlierScan(channel: channel.name) }
      return earlier
    case .gradientMap(let definition):
      let boxes = tumorBoxes(
        around: instances,
        margin: definition.margin,
        choice: margin,
        on: later.grid
      )
      return gradientMap(of: later, in: boxes, definition: definition)
    case .priorLabels: return contours.map { Float($0) }
    case .priorMask(let name):
      guard let entry = scheme.entries.first(where: { $0.name == name }) else {
        throw .unknownStructure(name: name, known: scheme.entries.map(\.name))
      }
      return contours.map { $0 == entry.label ? 1 : 0 }
    }
  }
}

private func check(
  _ grid: VoxelGrid,
  _ what: String,
  against expected: VoxelGrid
) throws(AdaptationError) {
  guard grid.matches(expected) else {
    throw .otherGrid(what: what, found: grid.size, expected: expected.size)
  }
}
