internal import Foundation
internal import ImageProcessing
internal import Volumes

/// The rigid map that fits two scans best, searched for from many starts on copies of 4 mm voxels.
///
/// The starts come from the headers, the middles of the bodies and of the grids, their upper ends,
/// and a lattice of offsets and rotations around each; all are scored, the best are climbed from.
struct RigidSearch: Sendable {
  /// A map with its score.
  struct Candidate: Sendable {
    var transform: LinearTransform
    var score: Double
  }

  /// What was found.
  struct Result: Sendable {
    /// The best map first; others are at least ``apart`` from each better one.
    var candidates: [Candidate]
    /// The best of the maps with the moving scan mirrored or turned by half a turn, and how.
    var turned: (score: Double, how: String)
  }

  /// How far apart two candidates are at least, in mm.
  static let apart = 10.0
  /// Half a head's size in mm: what turns a rotation into a distance.
  static let radius = 80.0

  private let quick: MutualInformation
  private let exact: MutualInformation
  private let fixed: PreparedScan
  private let moving: PreparedScan
  private let reach: Double
  private let leastOverlap: Double
  private let center: SIMD3<Double>
  private let threads: Int

  /// A search between two prepared scans.
  init(fixed: PreparedScan, moving: PreparedScan, plan: RegistrationPlan, threads: Int) {
    quick = MutualInformation(fixed: fixed, moving: moving, samples: 3000, seed: plan.seed)
    exact = MutualInformation(fixed: fixed, moving: moving, samples: 20_000, seed: plan.seed &+ 1)
    self.fixed = fixed
    self.moving = moving
    reach = plan.searchReach
    // Three tenths of what could be shared at most: less is a corner that fits by accident.
    leastOverlap = 0.3 * min(1, moving.bodyVolume / max(fixed.bodyVolume, 1))
    center = quick.center
    self.threads = threads
  }

  /// Searches.
  /// - Parameter initial: A start that a person gave, searched around like the others.
  /// - Returns: The best maps, and how the scan fits turned over.
  /// - Throws: ``RegistrationError/noOverlap``.
  func callAsFunction(from initial: LinearTransform?) throws(RegistrationError) -> Result {
    var found: [Candidate] = []
    for start in starts(initial) {
      keep(Candidate(transform: start, score: score(start, quick)), in: &found, limit: 12)
    }
    guard !found.isEmpty else { throw .noOverlap }
    let turned = found.flatMap { candidate in
      var best: [Candidate] = []
      for turned in rotations(of: candidate.transform, by: 12 * .pi / 180) {
        keep(Candidate(transform: turned, score: score(turned, quick)), in: &best, limit: 2)
      }
      return best
    }
    var climbed: [Candidate] = []
    for candidate in climbs(turned, quick, step: 8, until: 1) {
      keep(candidate, in: &climbed, limit: 4)
    }
    var result: [Candidate] = []
    for candidate in climbs(climbed, exact, step: 2, until: 0.25) {
      keep(candidate, in: &result, limit: 4)
    }
    guard let best = result.first else { throw .noOverlap }
    return Result(candidates: result, turned: turnedOver(best.transform))
  }

  /// The score of one map on the many samples.
  func value(_ transform: LinearTransform) -> MutualInformation.Value { exact(transform) }

  /// Normalized mutual information; below 0 where the scans share too little.
  private func score(_ transform: LinearTransform, _ measure: MutualInformation) -> Double {
    let value = measure(transform)
    return value.overlap >= leastOverlap ? value.normalized : value.overlap - 1
  }

  /// A lattice of offsets around every plausible start.
  private func starts(_ initial: LinearTransform?) -> [LinearTransform] {
    func moved(_ translation: SIMD3<Double>) -> LinearTransform {
      LinearTransform(translation: translation, center: center)
    }
    var bases = [
      moved([0, 0, 0]), moved(moving.bodyCenter - fixed.bodyCenter),
      moved(moving.gridCenter - fixed.gridCenter),
    ]
    if let initial { bases.insert(initial.centered(at: center), at: 0) }
    let along = stride(from: -reach, through: reach, by: 15)
    let width = reach / 3
    let across = [-width, -width / 2, 0, width / 2, width]
    var result: [LinearTransform] = []
    for base in bases {
      for z in along {
        for y in across {
          for x in across {
            var start = base
            start.translation += SIMD3(x, y, z)
            result.append(start)
          }
        }
      }
    }
    return result
  }

  /// A map and its neighbors turned about the three axes.
  private func rotations(of transform: LinearTransform, by angle: Double) -> [LinearTransform] {
    let steps = [-angle, 0, angle]
    return steps.flatMap { x in
      steps.flatMap { y in
        steps.map { z in turned(transform, by: [x, y, z]) }
      }
    }
  }

  /// The map with a further rotation about the middle of the body.
  private func turned(_ transform: LinearTransform, by angles: SIMD3<Double>) -> LinearTransform {
    var result = transform
    result.matrix = RigidTransform(angles: angles).matrix * transform.matrix
    return result
  }

  /// Climbs from each start, on all threads.
  private func climbs(
    _ starts: [Candidate],
    _ measure: MutualInformation,
    step: Double,
    until last: Double
  ) -> [Candidate] {
    var result = starts
    result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      let target = SharedPointer(base)
      concurrently(starts.count, threads: threads) { tickets in
        while let ticket = tickets.next() {
          target.pointer[ticket] = climb(starts[ticket], measure, step: step, until: last)
        }
      }
    }
    return result
  }

  /// Climbs along one parameter after the other with steps that are halved where nothing helps.
  private func climb(
    _ start: Candidate,
    _ measure: MutualInformation,
    step first: Double,
    until last: Double
  ) -> Candidate {
    var best = Candidate(transform: start.transform, score: score(start.transform, measure))
    var step = first
    while step >= last {
      var isBetter = false
      for parameter in 0..<6 {
        for sign in [1.0, -1.0] {
          // As far as it goes in one direction.
          for _ in 0..<8 {
            var next = best.transform
            if parameter < 3 {
              next.translation[parameter] += sign * step
            } else {
              var angles = SIMD3<Double>(0, 0, 0)
              angles[parameter - 3] = sign * step / Self.radius
              next = turned(next, by: angles)
            }
            let score = score(next, measure)
            guard score > best.score else { break }
            best = Candidate(transform: next, score: score)
            isBetter = true
          }
        }
      }
      if !isBetter { step /= 2 }
    }
    return best
  }

  /// Puts a candidate into a list ordered by score, unless a better one is near.
  private func keep(_ candidate: Candidate, in list: inout [Candidate], limit: Int) {
    guard candidate.score > 0 else { return }
    if list.contains(where: {
      $0.score >= candidate.score
        && Self.distance($0.transform, candidate.transform, center) < Self.apart
    }) {
      return
    }
    list.removeAll { Self.distance($0.transform, candidate.transform, center) < Self.apart }
    list.append(candidate)
    list.sort { $0.score > $1.score }
    if list.count > limit { list.removeLast() }
  }

  /// How far two maps take the points of a head apart, in mm: the mean over six points ``radius``
  /// from the center.
  static func distance(
    _ a: LinearTransform,
    _ b: LinearTransform,
    _ center: SIMD3<Double>
  ) -> Double {
    var sum = 0.0
    for axis in 0..<3 {
      for sign in [1.0, -1.0] {
        var point = center
        point[axis] += sign * radius
        sum += length(a(point) - b(point))
      }
    }
    return sum / 6
  }

  /// The best score with the moving scan mirrored or turned over in place: a header that lies about
  /// directions fits better so.
  private func turnedOver(_ best: LinearTransform) -> (score: Double, how: String) {
    let pivot = best(center)
    let variants: [(SIMD3<Double>, String)] = [
      ([-1, 1, 1], "mirrored left to right"), ([1, -1, 1], "mirrored front to back"),
      ([1, 1, -1], "mirrored head to feet"), ([1, -1, -1], "turned over its left-right axis"),
      ([-1, 1, -1], "turned over its front-back axis"), ([-1, -1, 1], "turned over its long axis"),
    ]
    var starts: [(candidate: Candidate, how: String)] = []
    for (signs, how) in variants {
      let flip = LinearTransform(matrix: .diagonal(signs), center: pivot)
      let middle = best.then(flip)
      var kept: [Candidate] = []
      for z in stride(from: -60.0, through: 60, by: 15) {
        for y in [-20.0, 0, 20] {
          var start = middle
          start.translation += [0, y, z]
          keep(Candidate(transform: start, score: score(start, quick)), in: &kept, limit: 2)
        }
      }
      starts += kept.map { ($0, how) }
    }
    let climbed = climbs(starts.map(\.candidate), quick, step: 8, until: 1)
    var result = (score: 0.0, how: "")
    for (candidate, start) in zip(climbed, starts) where candidate.score > result.score {
      result = (candidate.score, start.how)
    }
    guard let winner = zip(climbed, starts).first(where: { $0.0.score == result.score }) else {
      return result
    }
    result.score = climb(winner.0, exact, step: 2, until: 0.5).score
    return result
  }
}
