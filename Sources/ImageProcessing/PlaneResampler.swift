/// Resampling of one plane of a volume along its two axes, and the scratch memory for it: one per
/// worker.
struct PlaneResampler: ~Copyable {
  /// Lines of a bundle along the slow axis of a plane: wide enough for whole cache lines, small
  /// enough that a bundle stays in the second-level cache.
  static let columnLanes = 32

  private let rows: AxisResampler
  private let columns: AxisResampler
  private let pitch: Int
  private let lineBundle: ScratchMemory<Double>
  private let lineResult: ScratchMemory<Double>
  private let plane: ScratchMemory<Double>
  private let columnBundle: ScratchMemory<Double>
  private let columnResult: ScratchMemory<Double>

  /// A resampler whose result has `rows.outputCount` rows, `pitch` elements apart.
  ///
  /// - Parameters:
  ///   - rows: Along the plane's slow axis.
  ///   - columns: Along the plane's fast axis.
  ///   - pitch: A multiple of ``AxisResampler/vectorWidth``, at least `columns.outputCount`.
  init(rows: AxisResampler, columns: AxisResampler, pitch: Int) {
    self.rows = rows
    self.columns = columns
    self.pitch = pitch
    let width = AxisResampler.vectorWidth
    lineBundle = ScratchMemory(repeating: 0, count: columns.scratchRows * width)
    lineResult = ScratchMemory(repeating: 0, count: columns.outputCount * width)
    plane = ScratchMemory(repeating: 0, count: rows.inputCount * pitch)
    columnBundle = ScratchMemory(repeating: 0, count: rows.scratchRows * Self.columnLanes)
    columnResult = ScratchMemory(repeating: 0, count: rows.outputCount * Self.columnLanes)
  }

  /// Resamples plane `a` of a view into `result` and returns the range of its values.
  func callAsFunction(
    _ view: ArrayView,
    plane a: Int,
    into result: UnsafeMutablePointer<Double>
  ) -> ClosedRange<Double> {
    let intermediate = rows.isIdentity ? result : plane.pointer
    var range: (low: Double, high: Double) = (.infinity, -.infinity)
    let width = AxisResampler.vectorWidth
    for first in stride(from: 0, to: rows.inputCount, by: width) {
      let count = min(width, rows.inputCount - first)
      loadLines(view, a, first..<first + count, &range)
      let lines: UnsafeMutablePointer<Double>
      if columns.isIdentity {
        lines = lineBundle.pointer + AxisResampler.margin * width
      } else {
        columns(lineBundle.pointer, lanes: width, into: lineResult.pointer)
        lines = lineResult.pointer
      }
      for lane in 0..<count {
        let row = intermediate + (first + lane) * pitch
        for c in 0..<columns.outputCount { row[c] = lines[c * width + lane] }
      }
    }
    if !rows.isIdentity { resampleRows(into: result) }
    return range.low...max(range.low, range.high)
  }

  private func loadLines(
    _ view: ArrayView,
    _ a: Int,
    _ lines: Range<Int>,
    _ range: inout (low: Double, high: Double)
  ) {
    let width = AxisResampler.vectorWidth
    let target = lineBundle.pointer + AxisResampler.margin * width
    var low = Float.infinity
    var high = -Float.infinity
    for (lane, b) in lines.enumerated() {
      view.forEachInRow(a, b) { c, value in
        target[c * width + lane] = Double(value)
        low = value < low ? value : low
        high = value > high ? value : high
      }
    }
    range = (min(range.low, Double(low)), max(range.high, Double(high)))
  }

  private func resampleRows(into result: UnsafeMutablePointer<Double>) {
    for first in stride(from: 0, to: pitch, by: Self.columnLanes) {
      let lanes = min(Self.columnLanes, pitch - first)
      for row in 0..<rows.inputCount {
        (columnBundle.pointer + (row + AxisResampler.margin) * lanes)
          .update(from: plane.pointer + row * pitch + first, count: lanes)
      }
      rows(columnBundle.pointer, lanes: lanes, into: columnResult.pointer)
      for row in 0..<rows.outputCount {
        (result + row * pitch + first)
          .update(from: columnResult.pointer + row * lanes, count: lanes)
      }
    }
  }
}
