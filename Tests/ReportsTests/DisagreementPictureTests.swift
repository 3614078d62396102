import Reports
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Pictures of disagreement")
struct DisagreementPictureTests {
  private static let side = 400

  /// The mean place of a panel's pixels (0 axial, 1 coronal, 2 sagittal) of about one color.
  private func mean(
    _ image: RGBImage,
    panel: Int,
    near color: (Int, Int, Int)
  ) -> (place: SIMD2<Double>, count: Int) {
    var sum = SIMD2<Double>(repeating: 0)
    var count = 0
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let at = (panel * (Self.side + 8) + x + image.width * y) * 3
        let distance =
          abs(Int(image.pixels[at]) - color.0) + abs(Int(image.pixels[at + 1]) - color.1)
          + abs(Int(image.pixels[at + 2]) - color.2)
        if distance < 12 {
          sum += SIMD2(Double(x), Double(y))
          count += 1
        }
      }
    }
    return (count > 0 ? sum / Double(count) : sum, count)
  }

  private let onlyReference = (158, 202, 225)
  private let onlyPrediction = (250, 190, 140)

  private func grid(
    _ size: SIMD3<Int>,
    _ spacing: SIMD3<Double>,
    _ direction: Matrix3 = .identity
  ) throws -> VoxelGrid {
    let half = direction * (spacing * SIMD3<Double>(size &- 1) / 2)
    return try VoxelGrid(size: size, spacing: spacing, origin: -half, direction: direction)
  }

  private func mask(_ grid: VoxelGrid, _ isInside: (SIMD3<Double>) -> Bool) -> CroppedMask {
    var mask = Mask(repeating: false, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let place = grid.patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates
          mask[i, j, k] = isInside(place)
        }
      }
    }
    return CroppedMask(mask)
  }

  @Test(
    "What only one contour holds lies on its side of the picture, in all 48 orientations",
    arguments: allOrientations
  )
  func directions(direction: Matrix3) throws {
    let grid = try grid([27, 27, 27], [1, 1, 1], direction)
    // A box, and one moved to the patient's left, back and head.
    let reference = mask(grid) { all($0 .>= -8) && all($0 .<= 4) }
    let prediction = mask(grid) { all($0 .>= -4) && all($0 .<= 8) }
    let picture = try DisagreementPicture(reference: reference, prediction: prediction)
    let image = try #require(picture.image())
    for panel in 0..<3 {
      let first = mean(image, panel: panel, near: onlyReference)
      let second = mean(image, panel: panel, near: onlyPrediction)
      #expect(first.count + second.count > 500)
      guard first.count > 0, second.count > 0 else { continue }
      // Left and back are to the picture's right; down is to the back in axial planes, else feet.
      #expect(first.place.x < second.place.x)
      #expect(panel == 0 ? first.place.y < second.place.y : first.place.y > second.place.y)
    }
  }

  @Test("The planes pass through the place of largest disagreement")
  func place() throws {
    let grid = try grid([40, 40, 40], [1, 1, 1])
    let ball: (SIMD3<Double>) -> Bool = { length($0) <= 8 }
    // A bump at one side, far from the middle, that no plane through the middle meets.
    let bump = SIMD3<Double>(0, 0, 13)
    let reference = mask(grid, ball)
    let prediction = mask(grid) { ball($0) || length($0 - bump) <= 3 }
    let image = try #require(
      try DisagreementPicture(reference: reference, prediction: prediction).image()
    )
    for panel in 0..<3 { #expect(mean(image, panel: panel, near: onlyPrediction).count > 100) }
  }

  @Test("Thick slices keep their size: a ball's difference is as wide as high")
  func squarePixels() throws {
    let grid = try grid([60, 60, 20], [1, 1, 3])
    let reference = mask(grid) { length($0) <= 12 }
    let image = try #require(
      try DisagreementPicture(reference: reference, prediction: CroppedMask(emptyOn: grid)).image()
    )
    for panel in 0..<3 {
      var (columns, rows): (Set<Int>, Set<Int>) = ([], [])
      for y in 0..<Self.side {
        for x in 0..<Self.side {
          let at = (panel * (Self.side + 8) + x + image.width * y) * 3
          if (image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]) == (158, 202, 225) {
            columns.insert(x)
            rows.insert(y)
          }
        }
      }
      let ratio = Double(columns.count) / Double(max(rows.count, 1))
      #expect((0.8...1.25).contains(ratio))
    }
  }

  @Test("Single voxels, equal contours and contours at the border have a picture")
  func smallContours() throws {
    let grid = try grid([5, 4, 3], [0.5, 1, 3])
    let corner = mask(grid) { $0.x < -0.9 && $0.y < -1.4 && $0.z < -2 }
    let whole = mask(grid) { _ in true }
    #expect(corner.voxelCount == 1)
    for (a, b) in [(corner, corner), (whole, whole), (corner, whole), (whole, corner)] {
      #expect(try DisagreementPicture(reference: a, prediction: b).image() != nil)
    }
    let one = try VoxelGrid(size: [1, 1, 1])
    let voxel = CroppedMask(Mask(repeating: true, grid: one))
    #expect(try DisagreementPicture(reference: voxel, prediction: voxel).image() != nil)
  }

  @Test("Two empty contours have none, other grids are refused")
  func refusals() throws {
    let grid = try grid([4, 4, 4], [1, 1, 1])
    let empty = CroppedMask(emptyOn: grid)
    #expect(try DisagreementPicture(reference: empty, prediction: empty).image() == nil)
    let other = CroppedMask(emptyOn: try self.grid([4, 4, 5], [1, 1, 1]))
    #expect(throws: GridMismatch.self) {
      try DisagreementPicture(reference: empty, prediction: other)
    }
  }

  @Test("A scan on a grid of its own lies below the contours, and the file is PNG")
  func overScan() throws {
    let grid = try grid([30, 30, 30], [1, 1, 1])
    let reference = mask(grid) { length($0) <= 8 }
    let prediction = mask(grid) { length($0 - [3, 0, 0]) <= 8 }
    let scan = Volume<Float>(repeating: 40, grid: try self.grid([10, 10, 10], [4, 4, 4]))
    let image = try #require(
      try DisagreementPicture(
        reference: reference,
        prediction: prediction,
        scan: scan,
        window: .softTissue
      ).image()
    )
    for panel in 0..<3 {
      // 40 HU is the window's middle gray.
      #expect(mean(image, panel: panel, near: (128, 128, 128)).count > 10_000)
      #expect(mean(image, panel: panel, near: (86, 180, 233)).count > 50)
      // The sagittal plane of largest disagreement meets one of the two only.
      if panel < 2 { #expect(mean(image, panel: panel, near: (240, 150, 30)).count > 50) }
    }
    #expect(try image.png().starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }
}
