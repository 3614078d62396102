/// What stands in for scores that are missing when methods are compared.
///
/// A score that cannot exist because the reference lacks the structure (or has no voxel of it) says
/// nothing about a method: under every rule its measurement is left out for all methods. The rules
/// differ in a prediction that lacks the structure, or has no voxel of it.
public enum MissingScores: String, Hashable, Sendable, Codable, CaseIterable {
  /// The challenge's: 0 where more is better (Dice), else the largest value that any method has for
  /// that structure in any case. Where no method has one, the measurement is left out.
  case hanseg
  /// The measurement is left out, for all methods.
  case exclude
  /// The worst value that any method has for any structure in any case.
  case worst
}
