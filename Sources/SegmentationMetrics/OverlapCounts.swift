/// How many voxels one structure has in each of two masks and in both at once.
struct OverlapCounts: Hashable, Sendable {
  var both = 0
  var inReference = 0
  var inPrediction = 0

  var dice: Double? {
    let total = inReference + inPrediction
    return total == 0 ? nil : 2 * Double(both) / Double(total)
  }
}
