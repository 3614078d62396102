/// How far each voxel of a box is from the nearest marked voxel of its own column along j, in whole
/// steps: the first of the distance transform's three passes.
///
/// Columns run along j because both sweeps then work on whole rows along i.
struct ColumnDistances {
  let size: SIMD3<Int>
  let spacing: SIMD3<Double>
  /// Steps to the nearest mark of the column, `i` fastest; `size.y` where the column has none.
  let steps: [Int32]
  /// The square of a number of steps in mm²; infinite for `size.y` steps.
  let squares: [Double]

  init(to marks: [Int], size: SIMD3<Int>, spacing: SIMD3<Double>) {
    self.size = size
    self.spacing = spacing
    squares =
      (0..<size.y).map { step in
        let distance = Double(step) * spacing.y
        return distance * distance
      } + [.infinity]
    var steps = [Int32](repeating: Int32(size.y), count: size.x * size.y * size.z)
    steps.withUnsafeMutableBufferPointer { steps in
      for mark in marks { steps[mark] = 0 }
      guard let start = steps.baseAddress else { return }
      for k in 0..<size.z {
        let plane = start + k * size.y * size.x
        for j in 1..<max(size.y, 1) {
          spread(from: plane + (j - 1) * size.x, to: plane + j * size.x, count: size.x)
        }
        for j in stride(from: size.y - 2, through: 0, by: -1) {
          spread(from: plane + (j + 1) * size.x, to: plane + j * size.x, count: size.x)
        }
      }
    }
    self.steps = steps
  }

  /// The indices of the voxel at a place in memory.
  func voxel(at index: Int) -> (i: Int, j: Int, k: Int) {
    let (row, i) = index.quotientAndRemainder(dividingBy: size.x)
    let (k, j) = row.quotientAndRemainder(dividingBy: size.y)
    return (i, j, k)
  }

  /// A voxel's place in the order in which planes along i and k are visited.
  func place(of index: Int) -> Int {
    let (_, j, k) = voxel(at: index)
    return j * size.z + k
  }
}

/// Takes one step from a row to its neighbor where that is shorter.
private func spread(
  from source: UnsafeMutablePointer<Int32>,
  to target: UnsafeMutablePointer<Int32>,
  count: Int
) {
  for i in 0..<count { target[i] = min(target[i], source[i] &+ 1) }
}

/// The columns around a voxel, nearest first, up to a reach.
struct ColumnWalk {
  private struct Step {
    var di: Int
    var dk: Int
    var squareAlongI: Double
    var squareAlongK: Double
    var square: Double { squareAlongI + squareAlongK }
  }

  /// Longer walks cost more than the transform does.
  private static let longest = 600
  private let steps: [Step]
  /// The square of the distance below which no column is left out, in mm².
  private let reach: Double

  init(size: SIMD3<Int>, spacing: SIMD3<Double>) {
    let wholeBox = (2 * size.x - 1).multipliedReportingOverflow(by: 2 * size.z - 1)
    let isWhole = !wholeBox.overflow && wholeBox.partialValue <= 2 * Self.longest
    let radius =
      isWhole
      ? .infinity : (Double(Self.longest) * spacing.x * spacing.z / .pi).squareRoot()
    let farthestI = Int(min(radius / spacing.x, Double(min(size.x - 1, Self.longest))))
    let farthestK = Int(min(radius / spacing.z, Double(min(size.z - 1, Self.longest))))
    // Where a cap of `longest` columns cuts the circle, the reach ends at the cap.
    var reach = radius
    if farthestI < size.x - 1 { reach = min(reach, Double(farthestI + 1) * spacing.x) }
    if farthestK < size.z - 1 { reach = min(reach, Double(farthestK + 1) * spacing.z) }
    let square = reach * reach
    var steps: [Step] = []
    for dk in -farthestK...farthestK {
      for di in -farthestI...farthestI {
        let (x, z) = (Double(di) * spacing.x, Double(dk) * spacing.z)
        let step = Step(di: di, dk: dk, squareAlongI: x * x, squareAlongK: z * z)
        if step.square <= square { steps.append(step) }
      }
    }
    self.reach = square
    self.steps = steps.sorted { $0.square < $1.square }
  }

  /// The squares of the distances, in mm², and the indices of the points whose walk reached no end.
  func squaredDistances(
    from points: [Int],
    to columns: ColumnDistances
  ) -> (squares: [Double], open: [Int]) {
    var squares = [Double](repeating: 0, count: points.count)
    var open: [Int] = []
    let size = columns.size
    let plane = size.x * size.y
    steps.withUnsafeBufferPointer { steps in
      columns.steps.withUnsafeBufferPointer { along in
        columns.squares.withUnsafeBufferPointer { squareAlongJ in
          for (index, point) in points.enumerated() where along[point] != 0 {
            let (i, _, k) = columns.voxel(at: point)
            var best = Double.infinity
            for step in steps {
              guard step.square < best else { break }
              guard UInt(bitPattern: i + step.di) < UInt(bitPattern: size.x),
                UInt(bitPattern: k + step.dk) < UInt(bitPattern: size.z)
              else { continue }
              let column = Int(along[point + step.di + step.dk * plane])
              // Added in SciPy's order, so that no tolerance is missed by a rounding.
              best = min(best, step.squareAlongK + squareAlongJ[column] + step.squareAlongI)
            }
            squares[index] = best
            if !(best <= reach) { open.append(index) }
          }
        }
      }
    }
    return (squares, open)
  }
}
