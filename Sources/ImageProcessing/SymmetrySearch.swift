import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The body of a coarse scan, compared with its mirror images.
struct SymmetrySearch {
  /// A candidate: the normal's turns in radians, and the way from the body's middle in mm.
  private struct Candidate {
    /// About the long axis: the face turned to a side.
    var turn = 0.0
    /// About the front-to-back axis: the head tilted to a shoulder.
    var tilt = 0.0
    var shift = 0.0

    var normal: SIMD3<Double> { [cos(turn) * cos(tilt), sin(turn) * cos(tilt), sin(tilt)] }
  }

  /// How far beyond its region, along the patient, the body is compared, in mm.
  private static let margin = 30.0

  /// Intensities from 0, air, up; 0 outside the body.
  private let values: [Float]
  private let size: SIMD3<Int>
  private let patientFromVoxel: AffineTransform<VoxelSpace, PatientSpace>
  private let voxelFromPatient: AffineTransform<PatientSpace, VoxelSpace>
  /// The body's voxels in the region.
  private let places: [SIMD3<Int32>]
  private let middle: SIMD3<Double>

  init(_ volume: Volume<Float>, contrast: BodyContrast, region: VoxelBox?, threads: Int) {
    let grid = volume.grid
    let factors = coarseFactors(of: grid)
    let coarse = blockMeans(of: volume, factors: factors, threads: threads)
    let size = coarse?.grid.size ?? [1, 1, 1]
    // A coarse voxel's center is the middle of its block.
    let scale = SIMD3<Double>(factors)
    let toFine = AffineTransform<VoxelSpace, VoxelSpace>(
      linear: .diagonal(scale),
      offset: (scale - 1) / 2
    )
    patientFromVoxel = toFine.then(grid.patientFromVoxel)
    voxelFromPatient =
      patientFromVoxel.inverted() ?? AffineTransform(linear: .identity, offset: .zero)
    self.size = size
    let body = coarse.flatMap {
      coarseBody(in: $0, contrast: contrast, margin: 0, threads: threads)
    }
    let isBody = body?.voxels ?? Array(repeating: true, count: size.x * size.y * size.z)
    let means = coarse?.voxels ?? [0]
    values = Self.comparable(means, isBody, contrast)
    places = Self.places(isBody, size, grid, factors, region)
    let sum = places.reduce(SIMD3<Double>.zero) { $0 + SIMD3<Double>($1) }
    middle =
      places.isEmpty
      ? grid.center : patientFromVoxel(Point(sum / Double(places.count))).coordinates
  }

  /// Intensities without the parts that noise, metal or the scanner decide.
  private static func comparable(
    _ means: [Float],
    _ isBody: [Bool],
    _ contrast: BodyContrast
  ) -> [Float] {
    var scale: Float = 1
    if contrast == .mr {
      let inside = zip(means, isBody).filter { $0.1 && $0.0 > 0 }.map(\.0).sorted()
      scale = inside.isEmpty ? 1 : inside[(inside.count - 1) * 95 / 100]
    }
    return zip(means, isBody).map { value, isBody in
      guard isBody, value.isFinite else { return 0 }
      switch contrast {
      case .ct: return (max(-500, min(value, 800)) + 500) / 1300
      case .mr: return max(0, min(value / scale, 1.5)).squareRoot()
      }
    }
  }

  private static func places(
    _ isBody: [Bool],
    _ size: SIMD3<Int>,
    _ grid: VoxelGrid,
    _ factors: SIMD3<Int>,
    _ region: VoxelBox?
  ) -> [SIMD3<Int32>] {
    var ranges = [0..<size.x, 0..<size.y, 0..<size.z]
    let axes = grid.patientAxes
    if let region, let long = axes.firstIndex(where: { $0.patientAxis == 2 }) {
      let wanted = [region.i, region.j, region.k][long]
      let reach = Int(margin / grid.spacing[long])
      let lower = max(0, (wanted.lowerBound - reach) / factors[long])
      let upper = min(size[long], (wanted.upperBound + reach) / factors[long] + 1)
      if lower < upper { ranges[long] = lower..<upper }
    }
    var result: [SIMD3<Int32>] = []
    for k in ranges[2] {
      for j in ranges[1] {
        for i in ranges[0] where isBody[i + size.x * (j + size.y * k)] {
          result.append([Int32(i), Int32(j), Int32(k)])
        }
      }
    }
    return result
  }

  /// The plane with the smallest difference.
  func best() -> MidPlane {
    let turns = stride(from: -30.0, through: 30, by: 10).map { $0 * .pi / 180 }
    let shifts = stride(from: -40.0, through: 40, by: 10)
    let few = max(1, places.count / 3000)
    var starts: [(candidate: Candidate, cost: Double)] = []
    for turn in turns {
      for tilt in turns {
        for shift in shifts {
          let candidate = Candidate(turn: turn, tilt: tilt, shift: shift)
          starts.append((candidate, cost(candidate, every: few)))
        }
      }
    }
    starts.sort { $0.cost < $1.cost }
    let refined = starts.prefix(4).map {
      refine($0.candidate, step: 6, until: 0.7, every: max(1, places.count / 8000))
    }
    let all = max(1, places.count / 40_000)
    let first = refined.min { cost($0, every: all) < cost($1, every: all) } ?? Candidate()
    let found = refine(first, step: 1, until: 0.1, every: all)
    return MidPlane(normal: found.normal, offset: dot(found.normal, middle) + found.shift)
  }

  /// Steps along each parameter (degrees or mm) while it helps, then smaller ones.
  private func refine(
    _ start: Candidate,
    step: Double,
    until smallest: Double,
    every stride: Int
  ) -> Candidate {
    var best = start
    var lowest = cost(best, every: stride)
    var step = step
    while step >= smallest {
      var improved = false
      for (path, unit) in [
        (\Candidate.turn, Double.pi / 180), (\Candidate.tilt, .pi / 180), (\Candidate.shift, 1),
      ] {
        for sign in [-1.0, 1] {
          var next = best
          next[keyPath: path] += sign * step * unit
          guard abs(next.turn) < 1, abs(next.tilt) < 1 else { continue }
          let cost = cost(next, every: stride)
          if cost < lowest {
            (best, lowest, improved) = (next, cost, true)
          }
        }
      }
      if !improved { step /= 2 }
    }
    return best
  }

  /// The mean difference between the body and its mirror image; a little more for a turned plane, so
  /// that nothing is turned without a reason.
  private func cost(_ candidate: Candidate, every stride: Int) -> Double {
    guard !places.isEmpty else { return 0 }
    let normal = candidate.normal
    let offset = dot(normal, middle) + candidate.shift
    // p ↦ p − 2 (n·p − offset) n, between voxels.
    let mirror = AffineTransform<PatientSpace, PatientSpace>(
      linear: Matrix3(
        columns: [1, 0, 0] - 2 * normal.x * normal,
        [0, 1, 0] - 2 * normal.y * normal,
        [0, 0, 1] - 2 * normal.z * normal
      ),
      offset: 2 * offset * normal
    )
    let map = patientFromVoxel.then(mirror).then(voxelFromPatient)
    let size = size
    var sum = 0.0
    var count = 0
    values.withUnsafeBufferPointer { values in
      var number = 0
      while number < places.count {
        let place = places[number]
        let own = values[Int(place.x) + size.x * (Int(place.y) + size.y * Int(place.z))]
        let there = map.linear * SIMD3<Double>(place) + map.offset
        sum += Double((own - Self.value(at: there, values, size)).magnitude)
        count += 1
        number += stride
      }
    }
    let turned = candidate.turn * candidate.turn + candidate.tilt * candidate.tilt
    return sum / Double(count) + 1e-3 * turned + 1e-8 * candidate.shift * candidate.shift
  }

  /// Linear between voxel centers; 0 outside.
  @inline(__always)
  private static func value(
    at place: SIMD3<Double>,
    _ values: UnsafeBufferPointer<Float>,
    _ size: SIMD3<Int>
  ) -> Float {
    let floor = place.rounded(.down)
    guard floor.x >= -1, floor.y >= -1, floor.z >= -1, floor.x < Double(size.x),
      floor.y < Double(size.y), floor.z < Double(size.z)
    else { return 0 }
    let part = SIMD3<Float>(place - floor)
    let base = SIMD3<Int>(Int(floor.x), Int(floor.y), Int(floor.z))
    var result: Float = 0
    for corner in 0..<8 {
      let (di, dj, dk) = (corner & 1, corner >> 1 & 1, corner >> 2)
      let (i, j, k) = (base.x + di, base.y + dj, base.z + dk)
      guard i >= 0, j >= 0, k >= 0, i < size.x, j < size.y, k < size.z else { continue }
      let weight =
        (di == 1 ? part.x : 1 - part.x) * (dj == 1 ? part.y : 1 - part.y)
        * (dk == 1 ? part.z : 1 - part.z)
      result += weight * values[i + size.x * (j + size.y * k)]
    }
    return result
  }
}
