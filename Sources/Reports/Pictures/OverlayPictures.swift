public import Anatomy
import SegmentationMetrics
public import VolumeFiles
public import Volumes

/// Pictures of a label map over its scan, for a person to judge the contours by.
///
/// Cut along the patient's axes whatever way the voxels lie, with square pixels, the patient's left
/// on the picture's right, contours in the structures' colors, and names with volumes beside them.
public struct OverlayPictures: Sendable {
  /// The structures the label map holds, in the scheme's order.
  public let structures: [LabelScheme.Entry]

  private let scan: Volume<Float>
  private let labels: LabelMap
  private let scheme: LabelScheme
  private let window: IntensityWindow
  private let extents: [UInt16: StructureExtent]

  static let panelSide = 400
  private static let margin = 8
  private static let background = StructureColor(18, 20, 24)
  private static let ink = StructureColor(235, 238, 242)
  private static let faint = StructureColor(150, 158, 170)

  /// Pictures of a scan with its label map.
  /// - Parameters:
  ///   - scan: The scan; HU for CT.
  ///   - labels: One structure's number per voxel, on the scan's grid.
  ///   - scheme: The structures' names and colors.
  ///   - window: The intensities to show; `nil` chooses by ``IntensityWindow/init(suiting:isCT:)``.
  /// - Throws: `GridMismatch` where scan and labels do not lie on one grid.
  public init(
    scan: Volume<Float>,
    labels: LabelMap,
    scheme: LabelScheme,
    window: IntensityWindow? = nil
  ) throws(GridMismatch) {
    guard scan.grid.matches(labels.grid) else {
      throw GridMismatch(expected: scan.grid, found: labels.grid)
    }
    self.scan = scan
    self.labels = labels
    self.scheme = scheme
    self.window = window ?? IntensityWindow(suiting: scan)
    let extents = StructureExtent.all(in: labels)
    self.extents = extents
    structures = scheme.entries.filter { extents[$0.label] != nil }
  }

  /// One structure: an axial, a coronal and a sagittal plane through its centroid.
  ///
  /// Where a plane through the centroid of a bent structure misses it, the plane passes through
  /// the structure's voxel nearest to the centroid.
  /// - Returns: 1216 pixels wide; `nil` where the label map does not hold the label.
  public func picture(of label: UInt16) -> RGBImage? {
    guard let extent = extents[label], let entry = scheme.entry(label: label) else { return nil }
    // Room around the structure for a person to know where they are; at least 16 cm.
    let side = min(max((extent.high - extent.low).max() * 1.6, 160), 400)
    let panels = Cut.allCases.map { cut in
      var samples = read(cut, center: extent.centroid, side: side)
      if !samples.shows(label) {
        samples = read(cut, center: extent.nearestVoxel, side: side)
      }
      return (samples, caption(cut, samples.plane.center))
    }
    return sheet(
      title: "\(entry.name)  \(volumeText(label))",
      color: entry.color.onBlack,
      rows: [panels],
      emphasized: label
    ).image
  }

  /// All structures on one sheet: the three planes through the middle of all, and axial planes at
  /// three heights.
  public func overview() -> RGBImage {
    let bounds = boundsInSight()
    let bodyMiddle = (bounds.low + bounds.high) / 2
    let side = (bounds.high - bounds.low).max()
    let centroids = structures.compactMap { extents[$0.label]?.centroid }
    let middle =
      centroids.isEmpty
      ? bodyMiddle : centroids.reduce(SIMD3(repeating: 0), +) / Double(centroids.count)
    func center(_ cut: Cut, at place: SIMD3<Double>) -> SIMD3<Double> {
      var center = bodyMiddle
      center[cut.axes.through] = place[cut.axes.through]
      return center
    }
    let planes = Cut.allCases.map { ($0, center($0, at: middle)) }
    let highest = centroids.map(\.z).max() ?? middle.z
    let heights = [centroids.map(\.z).min() ?? middle.z, (middle.z + highest) / 2, highest]
    let levels = heights.map { (Cut.axial, center(.axial, at: SIMD3(0, 0, $0))) }
    let rows = [planes, levels].map { row in
      row.map { cut, center in
        let samples = read(cut, center: center, side: side)
        return (samples, caption(cut, center))
      }
    }
    return sheet(
      title: "All structures",
      color: nil,
      rows: rows,
      emphasized: nil
    ).image
  }

  private func read(_ cut: Cut, center: SIMD3<Double>, side: Double) -> PlaneSamples {
    let plane = PatientPlane(
      cut: cut,
      center: center,
      pixelSize: side / Double(Self.panelSide),
      width: Self.panelSide,
      height: Self.panelSide
    )
    return PlaneSamples(plane, scan: scan, labels: labels)
  }

  /// The box around all structures with 6 cm of room, or around the scan where that is less or
  /// there are none; patient coordinates.
  private func boundsInSight() -> (low: SIMD3<Double>, high: SIMD3<Double>) {
    let last = SIMD3<Double>(scan.grid.size &- 1)
    let corners = (0..<8).map { corner in
      let index = SIMD3<Double>(
        corner & 1 == 0 ? -0.5 : last.x + 0.5,
        corner & 2 == 0 ? -0.5 : last.y + 0.5,
        corner & 4 == 0 ? -0.5 : last.z + 0.5
      )
      return scan.grid.patientFromVoxel(Point(index)).coordinates
    }
    let scanLow = corners.reduce(corners[0], pointwiseMin)
    let scanHigh = corners.reduce(corners[0], pointwiseMax)
    let boxes = structures.compactMap { extents[$0.label] }
    guard let first = boxes.first else { return (scanLow, scanHigh) }
    let low = boxes.reduce(first.low) { pointwiseMin($0, $1.low) } - 60
    let high = boxes.reduce(first.high) { pointwiseMax($0, $1.high) } + 60
    return (pointwiseMax(low, scanLow), pointwiseMin(high, scanHigh))
  }

  private func volumeText(_ label: UInt16) -> String {
    let milliliters = Double(extents[label]?.voxelCount ?? 0) * labels.grid.voxelVolume / 1000
    return "\(fixed(milliliters, digits: 1)) ml"
  }

  private func caption(_ cut: Cut, _ center: SIMD3<Double>) -> String {
    let axis = ["x", "y", "z"][cut.axes.through]
    return "\(cut.rawValue)  \(axis) \(fixed(center[cut.axes.through], digits: 0)) mm"
  }

  private func sheet(
    title: String,
    color: StructureColor?,
    rows: [[(samples: PlaneSamples, caption: String)]],
    emphasized: UInt16?
  ) -> Canvas {
    let (side, margin) = (Self.panelSide, Self.margin)
    let inSight = structures.filter { entry in
      rows.contains { $0.contains { $0.samples.shares[entry.label] != nil } }
    }
    let columns = rows.map(\.count).max() ?? 1
    let width = columns * (side + margin)
    let legend = Legend(
      entries: inSight.map { ($0.name, volumeText($0.label), $0.color.onBlack) },
      width: width - margin
    )
    let rowHeight = side + 26
    let top = 36
    let height = top + rows.count * rowHeight + legend.height + margin
    var canvas = Canvas(width: width, height: height, color: Self.background)
    if let color { canvas.fill(x: margin, y: 10, width: 16, height: 16, color: color) }
    canvas.write(title, x: color == nil ? margin : margin + 24, y: 10, color: Self.ink)
    for (row, panels) in rows.enumerated() {
      for (column, panel) in panels.enumerated() {
        let (x, y) = (margin / 2 + column * (side + margin), top + row * rowHeight)
        let picture = panel.samples.picture(
          window: window,
          scheme: scheme,
          emphasized: emphasized
        )
        canvas.draw(picture, x: x, y: y)
        canvas.write(panel.caption, x: x + 4, y: y + side + 4, color: Self.faint)
      }
    }
    legend.draw(on: &canvas, x: margin, y: top + rows.count * rowHeight + 2, ink: Self.ink)
    return canvas
  }
}

/// Names, volumes and colors in columns.
private struct Legend {
  let entries: [(name: String, volume: String, color: StructureColor)]
  let width: Int

  private var cellWidth: Int {
    let longest = entries.map { $0.name.count + $0.volume.count }.max() ?? 0
    return min(width, (longest + 2) * BitmapFont.width + 36)
  }
  private var columns: Int { max(1, width / cellWidth) }
  private var rows: Int { (entries.count + columns - 1) / columns }
  var height: Int { rows * 20 + 4 }

  func draw(on canvas: inout Canvas, x: Int, y: Int, ink: StructureColor) {
    for (index, entry) in entries.enumerated() {
      // Down the columns, as a list is read.
      let (column, row) = (index / rows, index % rows)
      let (left, top) = (x + column * cellWidth, y + row * 20)
      canvas.fill(x: left, y: top + 3, width: 12, height: 12, color: entry.color)
      canvas.write("\(entry.name)  \(entry.volume)", x: left + 20, y: top, color: ink)
    }
  }
}
