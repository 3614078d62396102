/// Which difference a test of paired values looks for.
public enum Alternative: String, Hashable, Sendable, Codable, CaseIterable {
  /// Any difference.
  case twoSided = "two-sided"
  /// The first values are smaller.
  case less
  /// The first values are larger.
  case greater
}
