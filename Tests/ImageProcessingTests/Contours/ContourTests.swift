import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite("Contours from label maps")
struct ContourTests {
  @Test(
    "Read back by centers, contours give the same voxels in all 48 orientations",
    arguments: ContourOptions.Holes.allCases
  )
  func orientations(holes: ContourOptions.Holes) throws {
    for (number, direction) in allOrientations.enumerated() {
      let grid = try contourGrid([31, 27, 13], spacing: [0.9, 1.1, 2.5], direction: direction)
      let labels = difficultLabels(grid, seed: UInt64(number))
      let found = try contours(
        of: labels,
        on: SliceStack(grid, axis: number % 3),
        options: ContourOptions(holes: holes)
      )
      #expect(found.keys.sorted() == [1, 2, 3, 4, 5])
      for (label, structure) in found {
        let result = mask(of: structure, on: grid)
        #expect(result.mask == CroppedMask(labels.map { $0 == label }))
        #expect(result.findings.isEmpty)
        #expect(structure.allSatisfy { $0.points.count >= 3 })
        let alone = try contours(
          of: result.mask,
          on: SliceStack(grid, axis: number % 3),
          options: ContourOptions(holes: holes)
        )
        #expect(alone == structure)
      }
    }
  }

  @Test("A stack of another orientation than the label map gives contours of the same voxels")
  func turnedStack() throws {
    let grid = try contourGrid([31, 27, 13], spacing: [0.9, 1.1, 2.5])
    let labels = difficultLabels(grid)
    // The same planes, seen from the feet and with rows from left to right.
    let far = grid.patientFromVoxel(Point(30, 0, 0)).coordinates
    let stack = try SliceStack(
      size: [31, 27],
      pixelSpacing: [0.9, 1.1],
      row: [-1, 0, 0],
      column: [0, 1, 0],
      origins: (0..<13).reversed().map { far + [0, 0, Double($0) * 2.5] }
    )
    for (label, structure) in try contours(of: labels, on: stack) {
      #expect(mask(of: structure, on: grid).mask == CroppedMask(labels.map { $0 == label }))
    }
  }

  @Test("Contours of oblique and unevenly spaced slices lie on the slices and give the same pixels")
  func unevenStack() throws {
    let (s, c) = (0.3420201433, 0.9396926208)
    let grid = try contourGrid(
      [31, 27, 6],
      spacing: [1, 1, 3],
      direction: Matrix3(columns: [c, s, 0], [-s * c, c * c, s], [s * s, -s * c, c])
    )
    let positions = [0.0, 2, 4, 9, 14, 15.5]
    let stack = try SliceStack(
      size: [31, 27],
      pixelSpacing: [1, 1],
      row: grid.direction.x,
      column: grid.direction.y,
      origins: positions.map { grid.origin + grid.direction.z * $0 }
    )
    let labels = difficultLabels(grid)
    let found = try contours(of: labels, on: stack)
    for (label, structure) in found {
      for contour in structure {
        let slice = try #require(contour.slice)
        for point in contour.points {
          let height = dot(point.coordinates - grid.origin, stack.normal)
          #expect((height - positions[slice]).magnitude < 1e-9)
        }
      }
      let result = rasterize(structure, on: stack, rule: .centers)
      #expect(result.findings.isEmpty)
      let box = try #require(result.box)
      var place = 0
      var count = 0
      for k in box.k {
        for j in box.j {
          for i in box.i {
            #expect((result.voxels[place] == 1) == (labels[i, j, k] == label))
            count += Int(result.voxels[place])
            place += 1
          }
        }
      }
      #expect(count == labels.voxels.count { $0 == label })
    }
  }

  @Test("No line of a slice's contours crosses another, nor do simplified ones")
  func noCrossing() throws {
    let grid = try contourGrid([31, 27, 13], spacing: [0.9, 1.1, 2.5])
    for tolerance in [0, 0.1, 0.5, 2] {
      let stack = SliceStack(grid)
      let found = try contours(
        of: difficultLabels(grid, seed: 7),
        on: stack,
        options: ContourOptions(tolerance: tolerance)
      )
      for structure in found.values {
        for slice in 0..<13 {
          let lines = pixels(structure, slice: slice, stack).flatMap { polygon in
            polygon.indices.map { (polygon[$0], polygon[($0 + 1) % polygon.count]) }
          }
          for first in lines.indices {
            for second in lines.indices where second > first {
              #expect(
                !linesCross(lines[first].0, lines[first].1, lines[second].0, lines[second].1)
              )
            }
          }
        }
      }
    }
  }

  @Test("A disk's contour has the disk's area and radius, not the voxels' stairs")
  func disk() throws {
    for radius in [2.0, 4.3, 9.7, 23.1] {
      let grid = try contourGrid([60, 60, 1], spacing: [1, 1, 1])
      let center = SIMD2(29.37, 30.21)
      var labels = LabelMap(repeating: 0, grid: grid)
      for j in 0..<60 {
        for i in 0..<60 {
          let offset = SIMD2(Double(i), Double(j)) - center
          if (offset * offset).sum() <= radius * radius { labels[i, j, 0] = 1 }
        }
      }
      let stack = SliceStack(grid)
      let contour = try #require(try contours(of: labels, on: stack)[1]?.first)
      let voxels = Double(labels.voxels.count { $0 == 1 })
      #expect((contour.area / voxels - 1).magnitude < 0.003)
      #expect(contour.signedArea(along: stack.normal) > 0)
      let errors = contour.points.map { point -> Double in
        let offset = stack.pixel(point, slice: 0) - center
        return (offset * offset).sum().squareRoot() - radius
      }
      let mean = errors.reduce(0, +) / Double(errors.count)
      let spread = errors.map { $0 * $0 }.reduce(0, +) / Double(errors.count)
      // A stair's corner is up to 0.7 away. The contour lies around its voxels' centroid, which is
      // not quite the disk's.
      #expect(mean.magnitude < 0.15)
      #expect(spread.squareRoot() < 0.22)
    }
  }

  @Test("A contour lies around its pixels' centroid, of structures without any symmetry, too")
  func centroid() throws {
    var generator = SeededGenerator(seed: 5)
    let grid = try contourGrid([40, 40, 1], spacing: [0.9, 1.2, 2])
    let stack = SliceStack(grid)
    for _ in 0..<60 {
      var labels = LabelMap(repeating: 0, grid: grid)
      var (j, left, right) = (4, 18, 20)
      for _ in 0..<Int.random(in: 2...30, using: &generator) {
        for i in left...right { labels[i, j, 0] = 1 }
        j += 1
        left = min(max(left + Int.random(in: -3...2, using: &generator), 1), right)
        right = max(min(right + Int.random(in: -2...4, using: &generator), 38), left)
      }
      var (sum, count) = (SIMD2<Double>.zero, 0.0)
      for j in 0..<40 {
        for i in 0..<40 where labels[i, j, 0] == 1 {
          sum += SIMD2(Double(i), Double(j))
          count += 1
        }
      }
      let found = try #require(try contours(of: labels, on: stack)[1])
      var (moment, area) = (SIMD2<Double>.zero, 0.0)
      for polygon in pixels(found, slice: 0, stack) {
        for (a, b) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) {
          let (p, q) = (a - polygon[0], b - polygon[0])
          let part = (p.x * q.y - p.y * q.x) / 2
          area += part
          moment += part * (a + b + polygon[0]) / 3
        }
      }
      #expect((area.magnitude / count - 1).magnitude < 0.02)
      let offset = moment / area - sum / count
      #expect((offset * offset).sum().squareRoot() < 0.03)
    }
  }

  @Test("Probabilities give the border where they are one half, between the voxels")
  func probabilities() throws {
    let grid = try contourGrid([40, 40, 1], spacing: [0.8, 0.8, 2])
    let center = SIMD2(19.4, 20.3)
    var volume = Volume<Float>(repeating: 0, grid: grid)
    for j in 0..<40 {
      for i in 0..<40 {
        let offset = SIMD2(Double(i), Double(j)) - center
        let distance = (offset * offset).sum().squareRoot() - 11.3
        volume[i, j, 0] = Float(min(max(0.5 - distance / 4, 0), 1))
      }
    }
    let stack = SliceStack(grid)
    let contour = try #require(
      try contours(ofProbabilities: volume, on: stack, options: ContourOptions(tolerance: 0)).first
    )
    for point in contour.points {
      let offset = stack.pixel(point, slice: 0) - center
      #expect(((offset * offset).sum().squareRoot() - 11.3).magnitude < 0.06)
    }
  }

  @Test("A label map on other planes than the slices is refused")
  func refused() throws {
    let grid = try contourGrid([8, 8, 4], spacing: [1, 1, 2])
    let labels = LabelMap(repeating: 1, grid: grid)
    let shifted = try VoxelGrid(
      size: grid.size,
      spacing: grid.spacing,
      origin: grid.origin + [0.5, 0, 0]
    )
    #expect(throws: SliceMismatch.self) { try contours(of: labels, on: SliceStack(shifted)) }
    let larger = try contourGrid([8, 9, 4], spacing: [1, 1, 2])
    #expect(throws: SliceMismatch.size(volume: [8, 8], slices: [8, 9])) {
      try contours(of: labels, on: SliceStack(larger))
    }
  }
}
