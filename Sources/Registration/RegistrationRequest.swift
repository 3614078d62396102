public import ImageProcessing
public import Volumes

/// How far the moving scan may be bent.
public enum RegistrationKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// Rotation and translation.
  case rigid
  /// Also scales and shears.
  case affine
  /// Rotation and translation, then a free-form deformation.
  case bspline
}

/// Two scans to register, and what is known of them.
public struct RegistrationRequest: Sendable {
  /// The scan that keeps its grid, such as the planning CT.
  public var fixed: Volume<Float>
  /// The scan that is aligned with it.
  public var moving: Volume<Float>
  /// How far the moving scan may be bent.
  public var kind: RegistrationKind
  /// What the fixed scan's voxels are; found by its values where `nil`.
  public var fixedContrast: BodyContrast?
  /// What the moving scan's voxels are; found by its values where `nil`.
  public var movingContrast: BodyContrast?
  /// Where the fixed scan counts, on its grid; its body where `nil`.
  public var fixedMask: Mask?
  /// Where the moving scan counts, on its grid; all of it where `nil`.
  public var movingMask: Mask?
  /// A start known from elsewhere, from the fixed to the moving scan; one of several that are tried.
  public var initial: LinearTransform?
  /// What else decides the result.
  public var plan = RegistrationPlan()
  /// How many threads work.
  public var threads = 1

  /// A request without masks or a known start.
  public init(fixed: Volume<Float>, moving: Volume<Float>, kind: RegistrationKind) {
    self.fixed = fixed
    self.moving = moving
    self.kind = kind
  }
}

/// A step of a registration.
public enum RegistrationProgress: Hashable, Sendable {
  /// Bodies are found and copies made.
  case preparing
  /// Starts are compared.
  case searching
  /// A stage is optimized; the share done, 0 to 1.
  case optimizing(RegistrationKind, share: Double)
  /// The result is judged.
  case judging
}

/// What a registration found.
public struct RegistrationResult: Sendable {
  /// From points of the fixed scan to points of the moving scan.
  public let transform: SpatialTransform
  /// The rigid (or affine) part of it alone.
  public let linear: LinearTransform
  /// Whether to trust it, with the numbers behind.
  public let verdict: RegistrationVerdict
  /// The time each step took, in seconds.
  public let seconds: [String: Double]
}
