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
  /// The earlier scan, on the later one's grid; some models look at it, and what is left of the
  /// tumors' contrast is told from it.
  public let earlier: Volume<Float>?
  /// The earlier tumors, structure after structure in the scheme's order; with the earlier scan they
  /// know what is left of their contrast.
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
    var instances = tumorInstances(in: contours, scheme: scheme)
    if let earlier {
      let contrast = RemainingContrast(earlier: earlier, later: later, contours: contours)
      for index in instances.indices {
        instances[index].remainingContrast = contrast.share(of: instances[index])
      }
    }
    self.instances = instances
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

extension PriorGuidance {
  /// What became of the earlier tumors in contours of the later scan.
  /// - Parameters:
  ///   - contours: The later contours, on the later scan's grid.
  ///   - other: Their scheme; structures are the same where their names are.
  /// - Returns: One change a structure of that scheme, in its order.
  public func changes(to contours: LabelMap, scheme other: LabelScheme) -> [StructureChange] {
    let before = instances.compactMap { tumor -> TumorInstance? in
      guard let name = scheme.entry(label: tumor.label)?.name,
        let entry = other.entries.first(where: { $0.name == name })
      else { return nil }
      return tumor.numbered(label: entry.label)
    }
    return structureChanges(
      from: before,
      to: tumorInstances(in: contours, scheme: other),
      scheme: other
    )
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
