/// The ranks of values from 1 for the smallest, equal values by their average rank.
func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = Array(repeating: 0.0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}

/// The ranks of values from 1 for the largest, equal values by the best of their ranks (1, 2, 2, 4).
func sharedRanks<Value: Comparable>(ofLargest values: [Value]) -> [Int] {
  values.map { value in 1 + values.count { $0 > value } }
}
