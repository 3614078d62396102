public import Anatomy
public import Registration
internal import SegmentationMetrics
public import Volumes

/// Earlier contours and their scan, carried onto a later scan by registration.
///
/// What was carried along guides a network; it is no segmentation of the later scan.
public struct Propagation: Sendable {
  /// What is known from before, on the later scan's grid.
  public let guidance: PriorGuidance
  /// From points of the later to points of the earlier scan, with its verdict: look at that first.
  public let registration: RegistrationResult
  /// Sentences on what was lost on the way.
  public let notes: [String]
}

/// Registers an earlier scan with a later one, rigidly and then by a B-spline, and carries the earlier
/// scan and its contours along.
///
/// Contours travel by ``LabelInterpolation/probability``: each label's indicator is interpolated
/// linearly, the largest wins.
/// - Parameters:
///   - earlier: The earlier scan.
///   - contours: Its contours, on its grid.
///   - scheme: What the contours' numbers stand for.
///   - later: The later scan of the same patient.
///   - threads: How many threads work.
///   - progress: Called at each step of the registration.
///   - isCancelled: Asked often; elastix is ended where it says yes.
/// - Returns: The guidance, whatever the verdict is.
/// - Throws: ``AdaptationError/otherGrid(what:found:expected:)`` or
///   ``AdaptationError/contoursOnLaterScan`` where the contours do not lie on the earlier scan,
///   ``AdaptationError/registration(_:)`` where nothing was found.
public func propagate(
  _ earlier: Volume<Float>,
  contours: LabelMap,
  scheme: LabelScheme,
  onto later: Volume<Float>,
  threads: Int,
  progress: @escaping @Sendable (RegistrationProgress) -> Void = { _ in },
  isCancelled: @escaping @Sendable () -> Bool = { false }
) throws(AdaptationError) -> Propagation {
  guard contours.grid.matches(earlier.grid) else {
    guard contours.grid.matches(later.grid) else {
      throw .otherGrid(
        what: "The earlier contours",
        found: contours.grid.size,
        expected: earlier.grid.size
      )
    }
    throw .contoursOnLaterScan
  }
  var request = RegistrationRequest(fixed: later, moving: earlier, kind: .bspline)
  request.threads = threads
  let result: RegistrationResult
  do throws(RegistrationError) {
    result = try register(request, progress: progress, isCancelled: isCancelled)
  } catch {
    throw .registration(error)
  }
  let moved = result.transform.resampled(contours, onto: later.grid, threads: threads)
  let lowest = earlier.withUnsafeVoxels { $0.min() ?? 0 }
  let guidance = try PriorGuidance(
    later: later,
    contours: moved,
    scheme: scheme,
    earlier: result.transform.resampled(
      earlier,
      onto: later.grid,
      outside: lowest,
      threads: threads
    )
  )
  return Propagation(
    guidance: guidance,
    registration: result,
    notes: lossNotes(from: contours, to: moved, scheme: scheme)
  )
}

/// A sentence for each structure of which much lies outside the later scan.
package func lossNotes(from before: LabelMap, to after: LabelMap, scheme: LabelScheme) -> [String] {
  let (old, new) = (LabelVolumes(before), LabelVolumes(after))
  return scheme.entries.compactMap { entry in
    let volume = old.volumeInMilliliters(of: entry.label)
    guard volume > 0 else { return nil }
    let share = new.volumeInMilliliters(of: entry.label) / volume
    guard share < 0.5 else { return nil }
    return "\(entry.name): only \(Int((100 * share).rounded())) % of the earlier contours' volume "
      + "lies in the later scan."
  }
}
