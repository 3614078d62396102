/// Which part of the prepared grid the windows cover.
public enum WindowPlacement: String, Sendable, Hashable, Codable, CaseIterable {
  /// Everywhere, exactly as nnU-Net places them.
  case nnunet
  /// Only where the patient is: air, couch and padding are left out.
  case body
}

/// For each plane of the prepared grid, the rectangle that holds the patient.
public struct BodyExtent: Hashable, Sendable {
  /// `(rows, columns)` of each plane along axis 0; `nil` where the plane is empty.
  public var planes: [Rectangle?]

  /// Rows and columns of one plane.
  public struct Rectangle: Hashable, Sendable {
    /// Indices along axis 1.
    public var rows: Range<Int>
    /// Indices along axis 2.
    public var columns: Range<Int>

    /// A rectangle from its ranges.
    public init(rows: Range<Int>, columns: Range<Int>) {
      self.rows = rows
      self.columns = columns
    }
  }

  /// An extent from its planes.
  public init(planes: [Rectangle?]) { self.planes = planes }

  /// The smallest rectangle around the patient in some planes.
  public func rectangle(in range: Range<Int>) -> Rectangle? {
    planes[range.clamped(to: planes.indices)].compactMap(\.self).reduce(nil) { sum, next in
      guard let sum else { return next }
      return Rectangle(
        rows: min(
          sum.rows.lowerBound,
          next.rows.lowerBound
        )..<max(sum.rows.upperBound, next.rows.upperBound),
        columns: min(
          sum.columns.lowerBound,
          next.columns.lowerBound
        )..<max(sum.columns.upperBound, next.columns.upperBound)
      )
    }
  }
}

/// Where the windows start on the padded grid, row of windows by row of windows along axis 0.
public struct WindowPlan: Hashable, Sendable {
  /// The windows that share a start along axis 0.
  public struct Row: Hashable, Sendable {
    /// The start along axis 0.
    public let plane: Int
    /// The starts along axes 1 and 2, in nnU-Net's order.
    public let starts: [[Int]]
  }
  /// The size of a window.
  public let windowSize: [Int]
  /// The prepared grid, padded to at least a window on each axis.
  public let paddedSize: [Int]
  /// How far the prepared grid starts inside the padded one.
  public let padding: [Int]
  /// The rows in rising order.
  public let rows: [Row]

  /// The number of windows.
  public var count: Int { rows.reduce(0) { $0 + $1.starts.count } }

  /// Windows over a prepared grid.
  /// - Parameters:
  ///   - size: the prepared grid `[D, H, W]`.
  ///   - windowSize: the window `[D, H, W]`.
  ///   - step: the distance between windows as a part of a window, in (0, 1].
  ///   - body: where the patient is, on the prepared grid; `nil` covers everything.
  public init(size: [Int], windowSize: [Int], step: Double, body: BodyExtent? = nil) {
    self.windowSize = windowSize
    let padded = zip(size, windowSize).map { max($0, $1) }
    let padding = zip(padded, size).map { ($0 - $1) / 2 }
    paddedSize = padded
    self.padding = padding
    guard let body else {
      let starts = (0..<3).map {
        windowStarts(covering: 0..<padded[$0], window: windowSize[$0], step: step, in: padded[$0])
      }
      let inPlane = starts[1].flatMap { row in starts[2].map { [row, $0] } }
      rows = starts[0].map { Row(plane: $0, starts: inPlane) }
      return
    }
    let occupied = body.planes.indices.filter { body.planes[$0] != nil }
    guard let first = occupied.first, let last = occupied.last else {
      rows = []
      return
    }
    let planes = first + padding[0]..<last + 1 + padding[0]
    let starts = windowStarts(
      covering: planes,
      window: windowSize[0],
      step: step,
      in: padded[0]
    )
    rows = starts.compactMap { start in
      let covered = start - padding[0]..<start - padding[0] + windowSize[0]
      guard let box = body.rectangle(in: covered) else { return nil }
      let ranges = [box.rows, box.columns]
      let inPlane = (0..<2).map { axis in
        let range = ranges[axis]
        let shift = padding[axis + 1]
        return windowStarts(
          covering: range.lowerBound + shift..<range.upperBound + shift,
          window: windowSize[axis + 1],
          step: step,
          in: padded[axis + 1]
        )
      }
      return Row(plane: start, starts: inPlane[0].flatMap { row in inPlane[1].map { [row, $0] } })
    }
  }
}

/// The starts of windows that cover a range along one axis.
///
/// nnU-Net's `compute_steps_for_sliding_window` inside the range: the fewest windows whose distance
/// is at most `step · window`, spread evenly, starts rounded half to even as NumPy does. A range
/// shorter than a window is covered by one window around its middle, kept inside the axis.
package func windowStarts(
  covering range: Range<Int>,
  window: Int,
  step: Double,
  in size: Int
) -> [Int] {
  guard range.count > window else {
    let start = (range.lowerBound + range.upperBound - window) / 2
    return [min(max(start, 0), size - window)]
  }
  let slack = Double(range.count - window)
  let intervals = Int((slack / (Double(window) * step)).rounded(.up))
  let distance = slack / Double(intervals)
  return (0...intervals).map {
    range.lowerBound + Int((distance * Double($0)).rounded(.toNearestOrEven))
  }
}
