import Anatomy
import Reports
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Overlay pictures")
struct OverlayPicturesTests {
  private static let scheme = LabelScheme(entries: [
    .init(label: 1, name: "Ball", color: .init(255, 60, 60)),
    .init(label: 2, name: "Bow", color: .init(40, 255, 40)),
  ])

  /// A panel of a picture: 0 axial, 1 coronal, 2 sagittal.
  private struct Panel {
    let image: RGBImage
    let index: Int

    func color(_ x: Int, _ y: Int) -> (red: Int, green: Int, blue: Int) {
      let place = (4 + index * 408 + x + image.width * (36 + y)) * 3
      return (Int(image.pixels[place]), Int(image.pixels[place + 1]), Int(image.pixels[place + 2]))
    }

    /// The pixels that are clearly of the red ball's contour.
    var contour: [SIMD2<Double>] {
      let side = 400
      var found: [SIMD2<Double>] = []
      for y in 0..<side {
        for x in 0..<side {
          let color = color(x, y)
          if color.red > 150, color.green < 110, color.blue < 110 {
            found.append(SIMD2(Double(x), Double(y)))
          }
        }
      }
      return found
    }
  }

  private func panels(_ image: RGBImage?) throws -> [Panel] {
    let image = try #require(image)
    return (0..<3).map { Panel(image: image, index: $0) }
  }

  /// A ball of water in air with labels in it, on a grid around the origin.
  private func scene(
    size: SIMD3<Int>,
    spacing: SIMD3<Double>,
    direction: Matrix3 = .identity,
    label: (SIMD3<Double>) -> UInt16
  ) throws -> OverlayPictures {
    let half = direction * (spacing * SIMD3<Double>(size &- 1) / 2)
    let grid = try VoxelGrid(size: size, spacing: spacing, origin: -half, direction: direction)
    var scan = Volume<Float>(repeating: -1000, grid: grid)
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let index = Point<VoxelSpace>(Double(i), Double(j), Double(k))
          let place = grid.patientFromVoxel(index).coordinates
          if length(place) < 90 { scan[i, j, k] = 0 }
          labels[i, j, k] = label(place)
        }
      }
    }
    return try OverlayPictures(scan: scan, labels: labels, scheme: Self.scheme)
  }

  @Test("A ball is round in all three planes of a scan with thick slices, at its true size")
  func roundInMillimeters() throws {
    let pictures = try scene(size: [80, 80, 40], spacing: [2, 2, 4]) { length($0) <= 30 ? 1 : 0 }
    for panel in try panels(pictures.picture(of: 1)) {
      let contour = panel.contour
      #expect(contour.count > 300)
      // 160 mm of field of view on 400 pixels: 30 mm are 75 pixels.
      for pixel in contour {
        let radius = length(SIMD3(pixel.x - 199.5, pixel.y - 199.5, 0))
        #expect((69...81).contains(radius))
      }
    }
  }

  @Test(
    "The patient's left is on the picture's right, front and head are up, in all 48 orientations",
    arguments: allOrientations
  )
  func directions(direction: Matrix3) throws {
    // A ball to look at, and three of another label to its left, behind and above it.
    let pictures = try scene(
      size: [33, 33, 33],
      spacing: [5, 5, 5],
      direction: direction
    ) { place in
      if length(place) < 15 { return 2 }
      let centers: [SIMD3<Double>] = [[40, 0, 0], [0, 40, 0], [0, 0, 40]]
      return centers.contains { length(place - $0) < 12 } ? 1 : 0
    }
    // Of the three, each plane shows two: 160 mm of field of view on 400 pixels, so 100 pixels
    // to each side, and their mean halfway between.
    let expected: [SIMD2<Double>] = [[50, 50], [50, -50], [50, -50]]
    for (panel, expected) in zip(try panels(pictures.picture(of: 2)), expected) {
      let contour = panel.contour
      try #require(!contour.isEmpty)
      let mean = contour.reduce(SIMD2(repeating: 0), +) / Double(contour.count)
      let difference = mean - SIMD2(repeating: 199.5) - expected
      #expect(difference.x.magnitude < 8 && difference.y.magnitude < 8)
    }
  }

  @Test("An oblique scan gives the contours of the straight one")
  func oblique() throws {
    let turned = Matrix3(columns: [0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 1])
    let pictures = try scene(
      size: [64, 64, 64],
      spacing: [2.5, 2.5, 2.5],
      direction: turned
    ) { length($0 - [10, 15, -20]) <= 30 ? 1 : 0 }
    for panel in try panels(pictures.picture(of: 1)) {
      #expect(panel.contour.count > 300)
      for pixel in panel.contour {
        let radius = length(SIMD3(pixel.x - 199.5, pixel.y - 199.5, 0))
        #expect((69...81).contains(radius))
      }
    }
  }

  @Test("A bent structure is met by every plane, though its centroid lies outside")
  func bentStructure() throws {
    let grid = try VoxelGrid(size: [60, 60, 12], spacing: [2, 2, 3])
    var labels = LabelMap(repeating: 0, grid: grid)
    // Two bars with a gap between them, so that the sagittal plane through the centroid holds nothing.
    for k in 3..<9 {
      for j in 10..<50 {
        for i in Array(10..<14) + Array(45..<49) { labels[i, j, k] = 1 }
      }
    }
    let scan = Volume<Float>(repeating: 0, grid: grid)
    let pictures = try OverlayPictures(scan: scan, labels: labels, scheme: Self.scheme)
    for panel in try panels(pictures.picture(of: 1)) { #expect(panel.contour.count > 40) }
  }

  @Test("Labels that are absent have no picture; a scan without structures has an overview")
  func absent() throws {
    let grid = try VoxelGrid(size: [1, 1, 1])
    let pictures = try OverlayPictures(
      scan: Volume(repeating: .nan, grid: grid),
      labels: LabelMap(repeating: 0, grid: grid),
      scheme: Self.scheme
    )
    #expect(pictures.structures.isEmpty)
    #expect(pictures.picture(of: 1) == nil)
    let overview = pictures.overview()
    #expect(overview.pixels.count == overview.width * overview.height * 3)
  }

  @Test("A label map on another grid is refused")
  func mismatch() throws {
    let grid = try VoxelGrid(size: [4, 4, 4])
    let other = try VoxelGrid(size: [4, 4, 5])
    #expect(throws: GridMismatch.self) {
      try OverlayPictures(
        scan: Volume(repeating: 0, grid: grid),
        labels: LabelMap(repeating: 0, grid: other),
        scheme: Self.scheme
      )
    }
  }
}
