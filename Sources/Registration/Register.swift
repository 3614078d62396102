internal import Foundation
internal import ImageProcessing
internal import Volumes

/// Aligns a moving scan with a fixed one of the same patient: MR with CT, or one MR with another.
///
/// Searches for the rigid pose from many starts (``RigidSearch``), refines it with elastix (rigid,
/// affine or B-spline by Mattes mutual information), and judges the result. The transform maps points
/// of the fixed scan to points of the moving scan. The same request with the same number of threads
/// gives the same result. It takes seconds to minutes on the calling thread.
///
/// - Parameters:
///   - request: The two scans, and how to align them.
///   - progress: Called at each step.
///   - isCancelled: Asked often; where it says yes, elastix is killed and nothing stays behind. Asks
///     the task that calls, where there is one, by default.
/// - Returns: The transform with its verdict; look at the verdict before using the transform.
/// - Throws: ``RegistrationError``, among them where elastix is missing or the task was cancelled.
public func register(
  _ request: RegistrationRequest,
  progress: @escaping @Sendable (RegistrationProgress) -> Void = { _ in },
  isCancelled: @escaping @Sendable () -> Bool = { Task.isCancelled }
) throws(RegistrationError) -> RegistrationResult {
  var clock = StepClock()
  // Before minutes of work.
  _ = try ChildProcess.find("elastix")
  let threads = max(1, request.threads)
  progress(.preparing)
  let fixed = try PreparedScan(
    request.fixed,
    role: .fixed,
    contrast: request.fixedContrast,
    mask: request.fixedMask,
    workingSpacing: request.plan.linear.workingSpacing,
    threads: threads
  )
  let moving = try PreparedScan(
    request.moving,
    role: .moving,
    contrast: request.movingContrast,
    mask: request.movingMask,
    workingSpacing: request.plan.linear.workingSpacing,
    threads: threads
  )
  clock.finish("prepare")
  if isCancelled() { throw .cancelled }
  progress(.searching)
  let search = RigidSearch(fixed: fixed, moving: moving, plan: request.plan, threads: threads)
  let found = try search(from: request.initial)
  clock.finish("search")

  let chain = StageChain(
    fixed: fixed,
    moving: moving,
    movingMask: request.movingMask == nil ? nil : moving.body,
    plan: request.plan,
    threads: threads,
    progress: progress,
    isCancelled: isCancelled
  )
  let start = found.candidates[0].transform
  var linear = try chain.refine(start, .rigid)
  if request.kind == .affine { linear = try chain.refine(linear, .affine) }
  clock.finish("linear")
  var transform = SpatialTransform(linear)
  if request.kind == .bspline {
    transform = try chain.deform(linear)
    clock.finish("deformable")
  }
  if isCancelled() { throw .cancelled }
  progress(.judging)
  let judged = Judging(fixed: fixed, moving: moving, search: search, threads: threads)
  let verdict = judged.verdict(of: transform, linear: linear, found: found, kind: request.kind)
  clock.finish("judge")
  return RegistrationResult(
    transform: transform,
    linear: linear,
    verdict: verdict,
    seconds: clock.seconds
  )
}

/// What each step took, in seconds.
private struct StepClock {
  private var last = ContinuousClock.now
  private(set) var seconds: [String: Double] = [:]

  mutating func finish(_ step: String) {
    let now = ContinuousClock.now
    seconds[step, default: 0] += (now - last) / .seconds(1)
    last = now
  }
}

/// The runs of elastix, each from where the one before ended.
private struct StageChain: Sendable {
  let fixed: PreparedScan
  let moving: PreparedScan
  let movingMask: Mask?
  let plan: RegistrationPlan
  let threads: Int
  let progress: @Sendable (RegistrationProgress) -> Void
  let isCancelled: @Sendable () -> Bool

  /// A better linear map.
  ///
  /// What elastix finds comes first, the start after it: elastix sees the moving
  /// scan where the start places it, by its grid, without a resampling.
  func refine(
    _ start: LinearTransform,
    _ kind: ElastixStage.Kind
  ) throws(RegistrationError) -> LinearTransform {
    let stage = ElastixStage(kind: kind, plan: plan.linear, seed: plan.seed)
    let step: RegistrationKind = kind == .rigid ? .rigid : .affine
    let found = try run(stage, from: start) { [progress] in
      progress(.optimizing(step, share: $0))
    }
    return (found.linear ?? .identity).then(start)
  }

  /// A deformation of the fixed space, then the linear map.
  func deform(_ linear: LinearTransform) throws(RegistrationError) -> SpatialTransform {
    let stage = ElastixStage(kind: .bspline, plan: plan.deformable, seed: plan.seed)
    let found = try run(stage, from: linear) { [progress] in
      progress(.optimizing(.bspline, share: $0))
    }
    return found.then(SpatialTransform(linear))
  }

  private func run(
    _ stage: ElastixStage,
    from start: LinearTransform,
    progress: @escaping @Sendable (Double) -> Void
  ) throws(RegistrationError) -> SpatialTransform {
    guard let rigid = RigidTransform(start, tolerance: 1e-6) else {
      throw RegistrationError.files(reason: "a run of elastix starts from a rigid map")
    }
    let grid = moving.working.grid.moved(by: rigid.inverse)
    return try stage(
      fixed: fixed.working,
      moving: Volume(grid: grid, voxels: moving.working.voxels),
      fixedMask: fixed.body.shown(by: grid, margin: 15, threads: threads),
      movingMask: movingMask.map { Mask(grid: grid, voxels: $0.voxels) },
      threads: threads,
      isCancelled: isCancelled,
      progress: progress
    )
  }
}

extension VoxelGrid {
  /// The grid carried along by a rigid map.
  func moved(by rigid: RigidTransform) -> VoxelGrid {
    let linear = rigid.linear
    let moved = try? VoxelGrid(
      size: size,
      spacing: spacing,
      origin: linear(origin),
      direction: linear.matrix * direction
    )
    return moved ?? self
  }
}

extension Volume where Scalar == Bool {
  /// The mask without what lies more than `margin` mm outside another grid; all of it where nothing
  /// would be left.
  func shown(by other: VoxelGrid, margin: Double, threads: Int) -> Mask {
    let toOther = other.voxelFromPatient
    let low = SIMD3(repeating: -0.5) - margin / other.spacing
    let high = SIMD3<Double>(other.size) - 0.5 + margin / other.spacing
    var result = self
    result.withUnsafeMutableVoxels { voxels in
      guard let base = voxels.baseAddress else { return }
      let target = SharedPointer(base)
      SpatialTransform.identity.forEachRow(of: grid, threads: threads) { first, points in
        for i in points.indices where target.pointer[first + i] {
          let index = toOther(Point(points[i])).coordinates
          let isShown = (0..<3).allSatisfy { index[$0] >= low[$0] && index[$0] <= high[$0] }
          if !isShown { target.pointer[first + i] = false }
        }
      }
    }
    return result.voxels.contains(true) ? result : self
  }
}
