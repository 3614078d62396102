/// The intensities of a set of voxels, as how much weight each value has.
///
/// Every voxel counts; nothing is sampled. Values of CT are whole numbers, so that a whole data set
/// takes a few thousand entries; where there are more than four million different values, each keeps
/// 16 of its 24 bits.
struct IntensityDistribution: Sendable {
  private(set) var values: [Float] = []
  private(set) var weights: [Double] = []
  private(set) var mean = 0.0
  private(set) var variance = 0.0
  private(set) var weight = 0.0

  private static let mostValues = 1 << 22

  /// The distribution of no voxel.
  init() {}

  /// The distribution of voxels that have a weight of 1 together.
  init(of voxels: consuming [Float]) {
    guard !voxels.isEmpty else { return }
    voxels.sort()
    let share = 1 / Double(voxels.count)
    mean = voxels.reduce(0) { $0 + Double($1) } * share
    let center = mean
    variance = voxels.reduce(0) { $0 + (Double($1) - center) * (Double($1) - center) } * share
    weight = 1
    for value in voxels {
      if value == values.last {
        weights[weights.count - 1] += share
      } else {
        values.append(value)
        weights.append(share)
      }
    }
  }

  /// Adds the voxels of another distribution.
  mutating func add(_ other: IntensityDistribution) {
    guard other.weight > 0 else { return }
    let total = weight + other.weight
    let step = other.mean - mean
    variance =
      (variance * weight + other.variance * other.weight
        + step * step * weight * other.weight / total) / total
    mean += step * other.weight / total
    weight = total
    merge(other)
    if values.count > Self.mostValues { coarsen() }
  }

  /// The smallest value that has at least this share of the weight at or below it.
  func quantile(_ share: Double) -> Double {
    let wanted = share * weight
    var sum = 0.0
    for (value, weight) in zip(values, weights) {
      sum += weight
      // Sums of weights are exact only to rounding.
      if sum >= wanted - 1e-12 * self.weight { return Double(value) }
    }
    return Double(values.last ?? 0)
  }

  private mutating func merge(_ other: IntensityDistribution) {
    var merged: [Float] = []
    var sums: [Double] = []
    merged.reserveCapacity(values.count + other.values.count)
    sums.reserveCapacity(values.count + other.values.count)
    var (a, b) = (0, 0)
    while a < values.count || b < other.values.count {
      let takesOwn = b == other.values.count || (a < values.count && values[a] <= other.values[b])
      let takesOther = a == values.count || (b < other.values.count && other.values[b] <= values[a])
      merged.append(takesOwn ? values[a] : other.values[b])
      sums.append((takesOwn ? weights[a] : 0) + (takesOther ? other.weights[b] : 0))
      if takesOwn { a += 1 }
      if takesOther { b += 1 }
    }
    (values, weights) = (merged, sums)
  }

  /// Joins values that agree in their first 16 bits.
  private mutating func coarsen() {
    var joined: [Float] = []
    var sums: [Double] = []
    for (value, weight) in zip(values, weights) {
      let rounded = Float(bitPattern: value.bitPattern & 0xFFFF_FF00)
      if rounded == joined.last {
        sums[sums.count - 1] += weight
      } else {
        joined.append(rounded)
        sums.append(weight)
      }
    }
    (values, weights) = (joined, sums)
  }
}
