/// Everything that decides a registration's result besides the two scans.
public struct RegistrationPlan: Hashable, Sendable, Codable {
  /// One run of elastix: Mattes mutual information, adaptive stochastic gradient descent.
  public struct Stage: Hashable, Sendable, Codable {
    /// Voxels are averaged in blocks to about this size, in mm, before elastix sees them: the
    /// transform is found between voxels anyway, and time goes with their number.
    public var workingSpacing: Double
    /// How strongly each resolution smooths, in mm, coarse to fine; 0 not at all.
    public var smoothing: [Double]
    /// The number of iterations at each resolution.
    public var iterations: Int
    /// The number of places drawn anew for each iteration; gradients are noisy, but never biased.
    public var samples: Int
    /// How far an iteration moves places at most at first, in mm.
    ///
    /// Elastix's own bound is a voxel, with which coarse scans' deformations wander.
    public var largestStep: Double
    /// The number of histogram bins of each scan.
    public var bins: Int
    /// The distance of control points at the finest resolution, in mm; doubled at each coarser one.
    public var gridSpacing: Double
    /// The weight of the bending energy beside the mutual information.
    public var bendingWeight: Double
  }

  /// The rigid and the affine stage.
  public var linear = Stage(
    workingSpacing: 1.5,
    smoothing: [4, 2, 0],
    iterations: 250,
    samples: 3000,
    largestStep: 1,
    bins: 32,
    gridSpacing: 0,
    bendingWeight: 0
  )
  /// The free-form stage: control points 16 mm apart follow a bending neck and a swallowing throat
  /// and leave the jaw in one piece.
  public var deformable = Stage(
    workingSpacing: 1.5,
    smoothing: [4, 2, 1],
    iterations: 300,
    samples: 3000,
    largestStep: 0.3,
    bins: 32,
    gridSpacing: 16,
    bendingWeight: 2000
  )
  /// The seed of elastix's draws.
  public var seed = 20_260_101
  /// How far from where the headers place the scans the search looks, in mm along the body; across
  /// it, a third.
  public var searchReach = 90.0

  /// The plan that the measurements in `Documentation/Registration.md` were made with.
  public init() {}
}
