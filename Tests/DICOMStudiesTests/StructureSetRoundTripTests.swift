import Anatomy
import DICOMStudies
import Foundation
import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite("Structure sets, written and read")
struct StructureSetRoundTripTests {
  @Test(
    "Masks come back from the file in 48 orientations, oblique and uneven, with their centroids",
    arguments: ContourOptions.Holes.allCases
  )
  func orientations(holes: ContourOptions.Holes) throws {
    let (s, c) = (0.3420201433, 0.9396926208)
    let oblique = Matrix3(columns: [c, s, 0], [-s * c, c * c, s], [s * s, -s * c, c])
    for (number, direction) in (allOrientations + [oblique]).enumerated() {
      // Image Orientation holds rows and columns alone: the normal is theirs.
      let normal = cross(direction.x, direction.y)
      let isUneven = number % 2 == 1
      let positions = isUneven ? [0, 2, 4, 7, 12, 13.5] : [0, 2.5, 5, 7.5, 10, 12.5]
      let stack = try SliceStack(
        size: [31, 27],
        pixelSpacing: [0.9, 1.1],
        row: direction.x,
        column: direction.y,
        origins: positions.map { SIMD3(-120.35, 77.125, -1033.7) + normal * $0 }
      )
      let folder = try TemporaryFolder()
      try write(stack, to: folder.url)
      let series = try ImageSeries.read(in: folder.url)
      #expect(series.stack.size == stack.size)
      let grid = try VoxelGrid(
        size: [31, 27, 6],
        spacing: [0.9, 1.1, 2.5],
        origin: stack.origins[0],
        direction: Matrix3(columns: direction.x, direction.y, normal)
      )
      let labels = shapes(grid)
      let found = try contours(
        of: labels,
        on: series.stack,
        options: ContourOptions(holes: holes)
      )
      let set = StructureSet(
        label: "Test",
        structures: found.sorted { $0.key < $1.key }.map { label, contours in
          StructureSet.Structure(number: Int(label), name: "S\(label)", contours: contours)
        }
      )
      let bytes = try set.object(on: series, origin: ObjectOrigin(version: "1")).encoded()
      let file = folder.url.appending(path: "rt.dcm")
      try bytes.write(to: file)
      let read = try StructureSetFile.read(at: file)
      #expect(read.findings.isEmpty)
      let (placed, findings) = read.placed(on: series)
      #expect(findings.isEmpty)
      #expect(placed.structures.map(\.contours.count) == set.structures.map(\.contours.count))
      for structure in placed.structures {
        let label = UInt16(structure.number)
        let result = rasterize(structure.contours, on: series.stack, rule: .centers)
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
        for contour in structure.contours {
          let slice = try #require(contour.slice)
          for point in contour.points {
            let height = dot(point.coordinates - stack.origins[slice], normal)
            #expect(height.magnitude < 1e-3)
          }
        }
        if holes == .xor {
          let expected = centroid(of: labels, label, stack)
          #expect(length(centroid(of: structure.contours, stack.normal) - expected) < 0.1)
        }
      }
    }
  }

  private func write(_ stack: SliceStack, to folder: URL) throws {
    for (index, origin) in stack.origins.enumerated() {
      let slice = DICOMSliceFile(
        size: stack.size,
        spacing: stack.pixelSpacing,
        origin: origin,
        axes: (stack.row, stack.column),
        number: index + 1
      )
      try slice.bytes.write(to: folder.appending(path: "\(stack.origins.count - index).dcm"))
    }
  }

  /// 1 a ball with a hole, 2 one voxel.
  private func shapes(_ grid: VoxelGrid) -> LabelMap {
    var labels = LabelMap(repeating: 0, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let offset = SIMD3(Double(i) - 12.2, Double(j) - 13.7, 2 * Double(k) - 5)
          let radius = length(offset)
          if radius <= 9.3 && radius > 3.1 { labels[i, j, k] = 1 }
        }
      }
    }
    labels[29, 2, 1] = 2
    return labels
  }

  private func centroid(of labels: LabelMap, _ label: UInt16, _ stack: SliceStack) -> SIMD3<Double>
  {
    var sum = SIMD3<Double>.zero
    var count = 0.0
    for k in 0..<labels.grid.size.z {
      for j in 0..<labels.grid.size.y {
        for i in 0..<labels.grid.size.x where labels[i, j, k] == label {
          sum += stack.point(Double(i), Double(j), slice: k).coordinates
          count += 1
        }
      }
    }
    return sum / count
  }

  /// Of the areas that the contours enclose, holes taken away.
  private func centroid(of contours: [PlanarContour], _ normal: SIMD3<Double>) -> SIMD3<Double> {
    var sum = SIMD3<Double>.zero
    var area = 0.0
    for contour in contours {
      let first = contour.points[0].coordinates
      for (a, b) in zip(contour.points, contour.points.dropFirst()) {
        let part = dot(cross(a.coordinates - first, b.coordinates - first), normal) / 2
        sum += part * (first + a.coordinates + b.coordinates) / 3
        area += part
      }
    }
    return sum / area
  }
}
