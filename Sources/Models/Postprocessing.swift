/// What is done to a model's finished label maps: rules that were decided on validation cases.
///
/// A rule keeps the largest connected part of some structures together and makes the rest background
/// (26 neighbors; parts of equal size all stay). Rules are followed in their order.
/// - SeeAlso: nnU-Net 2.8, `remove_connected_components.py`.
public struct Postprocessing: Codable, Hashable, Sendable {
  /// One rule, and what it did to the validation cases' Dice.
  public struct Rule: Codable, Hashable, Sendable {
    /// The labels that count as one structure.
    public var labels: [UInt16]
    /// Their names.
    public var structures: [String]
    /// Whether the rule is followed; one that does not help is kept for the record.
    public var isApplied: Bool
    /// The mean Dice before, over the structures; `nil` where no case has a value, or it is unknown.
    public var diceBefore: Double?
    /// The mean Dice with the rule.
    public var diceAfter: Double?
    /// Why the rule is followed or not, for people.
    public var reason: String?

    /// A rule from its parts.
    public init(
      labels: [UInt16],
      structures: [String],
      isApplied: Bool,
      diceBefore: Double? = nil,
      diceAfter: Double? = nil,
      reason: String? = nil
    ) {
      self.labels = labels
      self.structures = structures
      self.isApplied = isApplied
      self.diceBefore = diceBefore
      self.diceAfter = diceAfter
      self.reason = reason
    }
  }

  /// The rules that were tried, in their order.
  public var rules: [Rule]
  /// On how many cases they were tried; `nil` where it is unknown.
  public var cases: Int?

  /// Rules that were tried.
  public init(rules: [Rule], cases: Int? = nil) {
    self.rules = rules
    self.cases = cases
  }

  /// The rules to follow.
  public var applied: [Rule] { rules.filter(\.isApplied) }

  /// Checks the rules, whatever file they came from.
  func validate() throws(ModelError) {
    for rule in rules {
      guard !rule.labels.isEmpty, !rule.labels.contains(0) else {
        throw .invalidPlan("\(Self.fileName): a rule is about no structure")
      }
    }
  }

  /// The name of the file in a model's folder.
  public static let fileName = "postprocessing.json"
}
