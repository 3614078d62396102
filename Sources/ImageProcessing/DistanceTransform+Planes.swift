/// The distance transform's second and third pass over one plane along i and k at a time, so that
/// nothing as large as the volume is kept.
struct PlaneTransform {
  private let columns: ColumnDistances
  private var j = 0
  /// The squares after the second pass, in mm², `i` fastest.
  private var plane: [Double]
  private var line: [Double]
  private var rowSquares: [Double]
  private var envelope: LowerEnvelope

  init(_ columns: ColumnDistances) {
    self.columns = columns
    let size = columns.size
    plane = Array(repeating: 0, count: size.x * size.z)
    line = Array(repeating: 0, count: size.z)
    rowSquares = Array(repeating: 0, count: size.x)
    envelope = LowerEnvelope(capacity: max(size.x, size.z))
  }

  /// Runs the second pass over the plane at `j`.
  mutating func move(to j: Int) {
    let size = columns.size
    self.j = j
    plane.withUnsafeMutableBufferPointer { plane in
      line.withUnsafeMutableBufferPointer { line in
        columns.steps.withUnsafeBufferPointer { steps in
          columns.squares.withUnsafeBufferPointer { squares in
            for i in 0..<size.x {
              for k in 0..<size.z {
                line[k] = squares[Int(steps[(k * size.y + j) * size.x + i])]
              }
              envelope.build(UnsafeBufferPointer(line), spacing: columns.spacing.z)
              envelope.evaluate(UnsafeBufferPointer(line), spacing: columns.spacing.z) {
                plane[$0 * size.x + i] = $1
              }
            }
          }
        }
      }
    }
  }

  /// Runs the third pass over the row at `k` of the plane.
  mutating func transformRow(_ k: Int) {
    let width = columns.size.x
    plane.withUnsafeBufferPointer { plane in
      rowSquares.withUnsafeMutableBufferPointer { squares in
        let values = UnsafeBufferPointer(rebasing: plane[(k * width)..<((k + 1) * width)])
        envelope.build(values, spacing: columns.spacing.x)
        envelope.evaluate(values, spacing: columns.spacing.x) { squares[$0] = $1 }
      }
    }
  }

  /// The square at a place of the row transformed last, in mm².
  func squaredDistance(at i: Int) -> Double { rowSquares[i] }

  /// Transforms a row of the plane and hands its squares over, in mm².
  mutating func row(_ k: Int, _ body: (UnsafeBufferPointer<Double>) -> Void) {
    transformRow(k)
    rowSquares.withUnsafeBufferPointer { body($0) }
  }
}

/// The lower envelope of parabolas with one apex a voxel along a line.
private struct LowerEnvelope {
  private var apexes: [Int]
  /// From where on the parabola of the apex with the same index is the lowest, in voxels.
  private var starts: [Double]
  private var count = 0

  init(capacity: Int) {
    apexes = Array(repeating: 0, count: capacity)
    starts = Array(repeating: 0, count: capacity)
  }

  /// Finds which parabolas are lowest somewhere; an infinite height has none.
  mutating func build(_ heights: UnsafeBufferPointer<Double>, spacing: Double) {
    let scale = 0.5 / (spacing * spacing)
    var count = 0
    apexes.withUnsafeMutableBufferPointer { apexes in
      starts.withUnsafeMutableBufferPointer { starts in
        for apex in heights.indices where heights[apex] < .infinity {
          var start = -Double.infinity
          while count > 0 {
            let last = apexes[count - 1]
            let rise = (heights[apex] - heights[last]) * scale / Double(apex - last)
            start = rise + 0.5 * Double(apex + last)
            guard start <= starts[count - 1] else { break }
            count -= 1
            start = -.infinity
          }
          apexes[count] = apex
          starts[count] = start
          count += 1
        }
      }
    }
    self.count = count
  }

  /// The envelope's height at each voxel of the line, in order.
  func evaluate(
    _ heights: UnsafeBufferPointer<Double>,
    spacing: Double,
    _ body: (Int, Double) -> Void
  ) {
    guard count > 0 else {
      for place in heights.indices { body(place, .infinity) }
      return
    }
    apexes.withUnsafeBufferPointer { apexes in
      starts.withUnsafeBufferPointer { starts in
        var current = 0
        for place in heights.indices {
          while current + 1 < count, starts[current + 1] < Double(place) { current += 1 }
          let distance = Double(place - apexes[current]) * spacing
          body(place, heights[apexes[current]] + distance * distance)
        }
      }
    }
  }
}
