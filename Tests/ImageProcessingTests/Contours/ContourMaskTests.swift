import ImageProcessing
import Testing
import Volumes

@Suite("Masks from contours")
struct ContourMaskTests {
  private func square(
    _ low: SIMD2<Double>,
    _ high: SIMD2<Double>,
    z: Double
  ) -> PlanarContour {
    PlanarContour(points: [
      Point(low.x, low.y, z), Point(high.x, low.y, z), Point(high.x, high.y, z),
      Point(low.x, high.y, z),
    ])
  }

  private func grid(_ size: SIMD3<Int> = [10, 10, 6], z: Double = 2) throws -> VoxelGrid {
    try VoxelGrid(size: size, spacing: [1, 1, z])
  }

  @Test("A square holds the centers in it, and voxels half inside by area")
  func rules() throws {
    let contour = square([1.6, 1.6], [4.4, 4.6], z: 2)
    let centers = mask(of: [contour], on: try grid())
    #expect(centers.mask.voxelCount == 3 * 3)
    // x from 1.6 to 4.4 covers 0.9 of voxel 2 and of voxel 4, and a tenth of 1 at 1.5.
    let areas = mask(of: [contour], on: try grid(), rule: .area)
    #expect(areas.mask.voxelCount == 3 * 3)
    let half = mask(of: [square([1.5, 1.5], [4, 4], z: 2)], on: try grid(), rule: .area)
    #expect(half.mask.voxelCount == 2 * 3 + 2)
  }

  @Test("A contour within another is a hole, one within that is not")
  func nesting() throws {
    let contours = [
      square([0.5, 0.5], [8.5, 8.5], z: 0), square([1.5, 1.5], [7.5, 7.5], z: 0),
      square([2.5, 2.5], [6.5, 6.5], z: 0),
    ]
    #expect(mask(of: contours, on: try grid()).mask.voxelCount == 64 - 36 + 16)
  }

  @Test("A slit to a hole and back is no area")
  func slit() throws {
    let outer: [SIMD2<Double>] = [[0.5, 0.5], [8.5, 0.5], [8.5, 8.5], [0.5, 8.5], [0.5, 4.5]]
    let hole: [SIMD2<Double>] = [[2.5, 4.5], [2.5, 5.5], [5.5, 5.5], [5.5, 2.5], [2.5, 2.5]]
    let points = outer + hole + [hole[0], outer[4]]
    let contour = PlanarContour(points: points.map { Point($0.x, $0.y, 0) })
    #expect(mask(of: [contour], on: try grid()).mask.voxelCount == 64 - 9)
  }

  @Test("Contours between slices go to the nearest and are reported")
  func between() throws {
    let result = mask(of: [square([0.5, 0.5], [4.5, 4.5], z: 4.7)], on: try grid())
    #expect(result.mask.box?.k == 2..<3)
    guard case .betweenSlices(count: 1, let distance) = result.findings.first else {
      Issue.record("one finding is expected")
      return
    }
    #expect((distance - 0.7).magnitude < 1e-9)
  }

  @Test("Contours on every other slice fill those between, and no farther")
  func everyOther() throws {
    let contours = [0.0, 4, 8].map { square([0.5, 0.5], [4.5, 4.5], z: $0) }
    let result = mask(of: contours, on: try grid())
    #expect(result.mask.box?.k == 0..<5)
    #expect(result.mask.voxelCount == 5 * 16)
    #expect(result.findings == [.filledSlices(count: 2)])
    // Two islands of neighboring slices stay apart.
    let islands = [0.0, 2, 6, 8].map { square([0.5, 0.5], [4.5, 4.5], z: $0) }
    #expect(mask(of: islands, on: try grid()).mask.voxelCount == 4 * 16)
  }

  @Test("What cannot be used is left out and named")
  func unusable() throws {
    let line = PlanarContour(points: [Point(1, 1, 0), Point(2, 2, 0)])
    let infinite = PlanarContour(points: [Point(1, 1, 0), Point(.nan, 2, 0), Point(1, 2, 0)])
    let steep = PlanarContour(points: [Point(1, 1, 0), Point(5, 1, 0), Point(1, 1, 9)])
    let result = mask(
      of: [line, infinite, steep, square([0.5, 0.5], [4.5, 4.5], z: 40)]
        + [square([-3, -3], [2.5, 2.5], z: 0)],
      on: try grid()
    )
    #expect(
      result.findings == [
        .tooFewPoints(count: 1), .impossiblePoint(count: 1), .notInSlicePlane(count: 1),
        .beyondSlices(count: 1), .beyondPixels(count: 1),
      ]
    )
    #expect(result.mask.voxelCount == 9)
    #expect(mask(of: [], on: try grid()).mask.isEmpty)
  }

  @Test("Sagittal contours fill the sagittal planes of an axial grid")
  func sagittal() throws {
    let points: [Point<PatientSpace>] = [
      Point(3, 1.5, 1), Point(3, 6.5, 1), Point(3, 6.5, 7), Point(3, 1.5, 7),
    ]
    let result = mask(of: [PlanarContour(points: points)], on: try grid())
    #expect(result.mask.box == VoxelBox(i: 3..<4, j: 2..<7, k: 1..<4))
    #expect(result.mask.voxelCount == 15)
  }
}
