public import Anatomy

/// Which organs are contoured first, and by when.
public struct Prioritization: Sendable, Hashable {
  /// Seconds from the start of a case after which its result must be there; `nil` takes the time it
  /// takes.
  public var deadline: Double?
  /// The structures that are wanted, in any spelling; empty wants all.
  public var structures: [String]
  /// What differs from the scout's order.
  public var priorities: RegionPriorities

  /// A prioritization; by default all structures in the scout's order, without a deadline.
  public init(
    deadline: Double? = nil,
    structures: [String] = [],
    priorities: RegionPriorities = RegionPriorities()
  ) {
    self.deadline = deadline
    self.structures = structures
    self.priorities = priorities
  }

  /// What of the deadline is kept for bringing labels back, filling in coarse ones and writing, in
  /// seconds.
  static func reserve(of deadline: Double) -> Double { min(max(2, 0.05 * deadline), deadline) }
}

/// How far a structure was contoured.
public enum StructureState: String, Codable, Sendable, Hashable {
  /// By the model, everywhere its region may be.
  case fine
  /// Time ran out: at least in part by the scout alone, at its low resolution.
  case coarse
  /// Time ran out: a part by the model, and nothing where the rest may be.
  case partial
  /// The scout did not find its region: nothing was looked for.
  case absent
  /// Time ran out before anything was looked for, and the scout cannot see it.
  case skipped
  /// It was not asked for.
  case unwanted

  /// The name of a structure in this state, marked where the contour is not what it seems.
  ///
  /// TG-263 sets a custom qualifier behind a caret: `Parotid_L^coarse`.
  func marked(_ name: String) -> String {
    switch self {
    case .coarse: "\(name)^coarse"
    case .partial: "\(name)^partial"
    case .fine, .absent, .skipped, .unwanted: name
    }
  }
}

/// What prioritization did in one run.
public struct PrioritizationReport: Codable, Sendable, Hashable {
  /// One region, in the order of work.
  public struct Region: Codable, Sendable, Hashable {
    /// What it is called.
    public var name: String
    /// The place in the order of work.
    public var priority: Int
    /// How far it was contoured.
    public var state: StructureState
    /// Why it was not contoured, or looked for elsewhere than where the scout found it; empty else.
    public var reason: String
    /// The structures in it.
    public var structures: [String]
    /// Windows that were run for it first; others' windows see it too.
    public var windows: Int
    /// Seconds of networks and blending in those windows.
    public var seconds: Double
  }

  /// The regions, in the order of work.
  public var regions: [Region]
  /// Windows that were run.
  public var runWindows: Int
  /// Windows that the schedule has.
  public var scheduledWindows: Int
  /// Windows of the scout.
  public var scoutWindows: Int
  /// Seconds of the scout.
  public var scoutSeconds: Double
  /// Seconds the run had; `nil` without a deadline.
  public var deadline: Double?
  /// Whether time ran out before the schedule was done.
  public var ranOut: Bool
  /// The mean seconds of a window; `nil` without a deadline, or where none was run.
  public var secondsPerWindow: Double?
  /// Whether the scout found nothing, so that the whole scan was looked at.
  public var isFullRun: Bool
}

extension PrioritizationReport {
  /// What the reader should know of a run whose windows a scout chose.
  func warnings(_ states: [String: StructureState]) -> [String] {
    func named(_ state: StructureState) -> String? {
      let names = regions.flatMap(\.structures).filter { states[$0] == state }
      return names.isEmpty ? nil : names.joined(separator: ", ")
    }
    var result: [String] = []
    if isFullRun { result.append("The scout found nothing: the whole scan was segmented.") }
    if ranOut {
      result.append("Time ran out after \(runWindows) of \(scheduledWindows) windows.")
    }
    if let names = named(.coarse) {
      result.append("Seen only coarsely in part or whole, and so marked ^coarse: \(names).")
    }
    if let names = named(.partial) {
      result.append("Contoured only in part, and so marked ^partial: \(names).")
    }
    if let names = named(.skipped) { result.append("Not contoured for want of time: \(names).") }
    if let names = named(.absent) {
      result.append("Not looked for, as the scout did not find their region: \(names).")
    }
    return result
  }
}

extension LabelScheme {
  /// The scheme with the names of structures that are coarse or partial marked.
  func marked(_ states: [String: StructureState]) -> LabelScheme {
    LabelScheme(
      entries: entries.map { entry in
        var entry = entry
        entry.name = states[entry.name]?.marked(entry.name) ?? entry.name
        return entry
      }
    )
  }
}
