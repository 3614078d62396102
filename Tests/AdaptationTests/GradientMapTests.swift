import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

import Adaptation

/// What SciPy and SimpleITK found of one label map.
private struct GoldenMap: Decodable {
  var size: [Int]
  var boxes: [[[Int]]]
  var tight: [[[Int]]]
  var counts: [[Int]]
  var sum: Double
  var places: [[Int]]
  var values: [Double]
}

private struct GoldenMaps: Decodable {
  var drawn: GoldenMap
  var masks: [String: GoldenMap]
}

private func goldenMaps() throws -> GoldenMaps {
  let url = try #require(
    Bundle.module.url(forResource: "gradient_maps", withExtension: "json", subdirectory: "Golden")
  )
  return try JSONDecoder().decode(GoldenMaps.self, from: Data(contentsOf: url))
}

private func box(_ ranges: [[Int]]) -> VoxelBox {
  VoxelBox(
    i: ranges[0][0]..<ranges[0][1],
    j: ranges[1][0]..<ranges[1][1],
    k: ranges[2][0]..<ranges[2][1]
  )
}

/// The image of `gradient_maps.py`, around some boxes only: zero where no map looks.
private func drawnImage(on grid: VoxelGrid, around boxes: [VoxelBox]) -> Volume<Float> {
  var image = Volume<Float>(repeating: 0, grid: grid)
  let size = grid.size
  image.withUnsafeMutableVoxels { voxels in
    for box in boxes {
      for k in box.k {
        for j in box.j {
          let alongJ = cos(0.083 * Double(j))
          for i in box.i {
            let waves =
              300 + 120 * sin(0.11 * Double(i) + 0.4) * alongJ
              + 60 * sin(0.37 * Double(k) + 0.02 * Double(i))
            let grain = Double(9 * ((7 * i + 13 * j + 29 * k) % 11))
            voxels[(k * size.y + j) * size.x + i] = Float(waves + grain)
          }
        }
      }
    }
  }
  return image
}

/// The tumors of `gradient_maps.py`.
private func drawnContours() throws -> LabelMap {
  var map = LabelMap(repeating: 0, grid: try VoxelGrid(size: [52, 40, 16]))
  let tumors: [(UInt16, SIMD3<Double>, SIMD3<Double>)] = [
    (1, [14, 12, 6], [5, 4, 3]), (1, [40, 30, 9], [4, 6, 2]), (2, [24, 13, 7], [3, 3, 3]),
    (2, [45, 8, 12], [2, 2, 1]), (2, [3, 36, 2], [4, 3, 2]),
  ]
  for k in 0..<16 {
    for j in 0..<40 {
      for i in 0..<52 {
        for (label, center, radii) in tumors {
          let place = (SIMD3(Double(i), Double(j), Double(k)) - center) / radii
          if (place * place).sum() <= 1 { map[i, j, k] = label }
        }
      }
    }
  }
  return map
}

/// Compares instances and the published map with a golden one.
private func expectEqual(
  _ golden: GoldenMap,
  structures: [(label: UInt16, mask: CroppedMask)],
  on grid: VoxelGrid
) {
  let instances = tumorInstances(in: structures)
  #expect([grid.size.x, grid.size.y, grid.size.z] == golden.size)
  #expect(instances.map(\.box) == golden.tight.map(box))
  #expect(instances.map { [Int($0.label), $0.voxelCount] } == golden.counts)
  let boxes = golden.boxes.map(box)
  let map = gradientMap(
    of: drawnImage(on: grid, around: boxes),
    in: boxes,
    definition: .publishedCode
  )
  for (place, value) in zip(golden.places, golden.values) {
    #expect(abs(Double(map[place[0], place[1], place[2]]) - value) < 1e-6)
  }
  let sum = map.withUnsafeVoxels { $0.reduce(0.0) { $0 + Double($1) } }
  #expect(abs(sum - golden.sum) < 1e-6 * golden.sum)
}

@Suite("Gradient maps")
struct GradientMapTests {
  @Test("The published program's map of drawn tumors equals SciPy's")
  func drawn() throws {
    let golden = try goldenMaps().drawn
    let contours = try drawnContours()
    let structures = [UInt16(1), 2].map { label in
      (label: label, mask: CroppedMask(contours.map { $0 == label }))
    }
    expectEqual(golden, structures: structures, on: contours.grid)
  }

  @Test(
    "Tumors, boxes and maps of HNTS-MRG's example masks equal SimpleITK's and SciPy's",
    .enabled(if: SharedData.has("hntsmrg_eval/prediction_masks"), "the example masks are not here")
  )
  func exampleMasks() throws {
    let folder = try #require(SharedData.folder).appending(path: "hntsmrg_eval/prediction_masks")
    let golden = try goldenMaps().masks
    #expect(golden.count == 15)
    for (name, expected) in golden {
      let file = try readStructures(at: folder.appending(path: name))
      expectEqual(
        expected,
        structures: [1, 2].map { ($0, file.mask(of: $0)) },
        on: file.grid
      )
    }
  }

  @Test("Our map does not depend on the order of the tumors, and is 0 outside their boxes")
  func order() throws {
    let contours = try drawnContours()
    let instances = tumorInstances(in: [(1, CroppedMask(contours.map { $0 > 0 }))])
    let boxes = tumorBoxes(
      around: instances,
      margin: .millimeters(6...10),
      choice: .middle,
      on: contours.grid
    )
    let whole = [VoxelBox(i: 0..<52, j: 0..<40, k: 0..<16)]
    let image = drawnImage(on: contours.grid, around: whole)
    let map = gradientMap(of: image, in: boxes, definition: .delineate)
    #expect(map == gradientMap(of: image, in: boxes.reversed(), definition: .delineate))
    #expect(map.voxels.allSatisfy { $0 >= 0 && $0 <= 1 })
    let published = gradientMap(of: image, in: boxes, definition: .publishedCode)
    #expect(
      published != gradientMap(of: image, in: boxes.reversed(), definition: .publishedCode),
      "boxes overlap here, and the published program keeps the later one's"
    )
    for k in 0..<16 {
      for j in 0..<40 {
        for i in 0..<52
        where !boxes.contains(where: { $0.i.contains(i) && $0.j.contains(j) && $0.k.contains(k) }) {
          #expect(map[i, j, k] == 0)
        }
      }
    }
  }

  @Test("Our map of a scan is the same map when its slices are thicker")
  func anisotropy() throws {
    // A ball of 10 mm radius, sampled every 1 and every 2 mm along k.
    func ball(_ step: Double) throws -> Volume<Float> {
      let count = Int(48 / step)
      let grid = try VoxelGrid(size: [48, 48, count], spacing: [1, 1, step])
      var image = Volume<Float>(repeating: 0, grid: grid)
      for k in 0..<count {
        for j in 0..<48 {
          for i in 0..<48 {
            let place = SIMD3(Double(i), Double(j), Double(k) * step) - 24
            let distance = (place * place).sum().squareRoot()
            image[i, j, k] = Float(100 / (1 + exp((distance - 10) / 1.5)))
          }
        }
      }
      return image
    }
    let fine = try ball(1)
    let coarse = try ball(2)
    let fineMap = gradientMap(
      of: fine,
      in: [VoxelBox(i: 8..<40, j: 8..<40, k: 8..<40)],
      definition: .delineate
    )
    let coarseMap = gradientMap(
      of: coarse,
      in: [VoxelBox(i: 8..<40, j: 8..<40, k: 4..<20)],
      definition: .delineate
    )
    for k in 6..<18 {
      #expect(abs(fineMap[24, 24, 2 * k] - coarseMap[24, 24, k]) < 0.1)
      #expect(abs(fineMap[30, 20, 2 * k] - coarseMap[30, 20, k]) < 0.1)
    }
  }

  @Test("A box without any edge is all ones as published, and all zeros by ours")
  func flatBox() throws {
    let grid = try VoxelGrid(size: [12, 12, 12])
    let image = Volume<Float>(repeating: 40, grid: grid)
    let boxes = [VoxelBox(i: 2..<9, j: 2..<9, k: 2..<9)]
    #expect(gradientMap(of: image, in: boxes, definition: .publishedCode)[5, 5, 5] == 1)
    #expect(gradientMap(of: image, in: boxes, definition: .paper)[5, 5, 5] == 1)
    #expect(gradientMap(of: image, in: boxes, definition: .delineate)[5, 5, 5] == 0)
  }

  @Test(
    "Intensities that are not finite leave the map finite",
    arguments: GradientMapDefinition.allCases
  )
  func notFinite(definition: GradientMapDefinition) throws {
    let grid = try VoxelGrid(size: [12, 12, 12])
    var image = drawnImage(on: grid, around: [VoxelBox(i: 0..<12, j: 0..<12, k: 0..<12)])
    image[5, 5, 5] = .nan
    image[6, 5, 5] = .infinity
    let boxes = [VoxelBox(i: 2..<9, j: 2..<9, k: 2..<9)]
    let map = gradientMap(of: image, in: boxes, definition: definition)
    #expect(map.voxels.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1 })
  }
}
