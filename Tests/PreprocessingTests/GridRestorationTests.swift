import ImageProcessing
import Preprocessing
import TestSupport
import Testing
import Volumes

@Suite struct GridRestorationTests {
  static let transposes = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

  /// The scan's voxel numbers, off by one so that none is zero, inside a border of zeros.
  private func numbered(_ grid: VoxelGrid, border: Int) -> LabelMap {
    var labels = LabelMap(repeating: 0, grid: grid)
    var number: UInt16 = 1
    for k in border..<grid.size.z - border {
      for j in 0..<grid.size.y - border {
        for i in border..<grid.size.x {
          labels[i, j, k] = number
          number += 1
        }
      }
    }
    return labels
  }

  @Test("What is prepared without resampling goes back to the exact grid", arguments: transposes)
  func roundTrip(transpose: [Int]) throws {
    #expect(allOrientations.count == 48)
    for orientation in allOrientations {
      let grid = try VoxelGrid(
        size: [5, 6, 7],
        spacing: [1, 2, 3],
        origin: [-10, 20, 30.5],
        direction: orientation
      )
      let labels = numbered(grid, border: 1)
      let spacing = transpose.map { [3.0, 2, 1][$0] }
      let prepared = try prepare(
        [labels.map { Float($0) }],
        plan: .plain(spacing: spacing, transposeForward: transpose),
        threads: 1
      )
      #expect(prepared.size == transpose.map { [5, 5, 4][$0] })
      // Every voxel's number is its label, so that the array's order is seen too.
      let restored = prepared.restoration.restore(prepared.voxels.map { UInt16($0) })
      #expect(restored == labels)
      #expect(restored.grid == grid)
    }
  }

  @Test("The prepared grid's voxels lie where their labels do", arguments: transposes)
  func preparedGrid(transpose: [Int]) throws {
    for orientation in allOrientations {
      let grid = try VoxelGrid(
        size: [5, 6, 7],
        spacing: [1, 2, 3],
        origin: [-10, 20, 30.5],
        direction: orientation
      )
      let box = transpose.map { [2..<6, 1..<5, 1..<5][$0] }
      // Once as it is, once with another number of voxels along each axis of the same crop.
      for size in [[4, 4, 4], [2, 8, 3]] {
        let restoration = GridRestoration(
          originalGrid: grid,
          transposeForward: transpose,
          box: box,
          preparedSize: size,
          separateAxis: nil,
          logitResampling: .init(order: 1)
        )
        let prepared = try restoration.preparedGrid()
        #expect(prepared.size == [size[2], size[1], size[0]])
        for corner in 0..<8 {
          let bits = (0..<3).map { corner >> $0 & 1 }
          // The crop's outer corners, half a voxel beyond the outermost centers, along D, H and W.
          var here = SIMD3<Double>(0, 0, 0)
          var there = SIMD3<Double>(0, 0, 0)
          for axis in 0..<3 {
            here[2 - axis] = bits[axis] == 0 ? -0.5 : Double(size[axis]) - 0.5
            let edge = bits[axis] == 0 ? box[axis].lowerBound : box[axis].upperBound
            there[2 - transpose[axis]] = Double(edge) - 0.5
          }
          let found = prepared.patientFromVoxel(Point(here)).coordinates
          let expected = grid.patientFromVoxel(Point(there)).coordinates
          #expect(length(found - expected) < 1e-9)
        }
      }
    }
  }

  @Test("A label on the prepared grid lands on the voxel it was taken from", arguments: transposes)
  func singleVoxel(transpose: [Int]) throws {
    let grid = try VoxelGrid(size: [5, 6, 7])
    let restoration = GridRestoration(
      originalGrid: grid,
      transposeForward: transpose,
      box: transpose.map { [2..<5, 1..<4, 1..<5][$0] },
      preparedSize: transpose.map { [3, 3, 4][$0] },
      separateAxis: nil,
      logitResampling: .init(order: 1)
    )
    // Array index (k, j, i) = (1, 2, 3) of the box is voxel (4, 3, 3) of the scan.
    let index = transpose.map { [1, 2, 3][$0] }
    let size = restoration.preparedSize
    var labels = [UInt16](repeating: 0, count: 36)
    labels[(index[0] * size[1] + index[1]) * size[2] + index[2]] = 9
    let restored = restoration.restore(labels)
    #expect(restored[4, 3, 3] == 9)
    #expect(restored.voxels.count { $0 != 0 } == 1)
  }

  @Test("Resampled labels come back from their nearest neighbors")
  func nearest() throws {
    let grid = try VoxelGrid(size: [8, 8, 8])
    let restoration = GridRestoration(
      originalGrid: grid,
      transposeForward: [0, 1, 2],
      box: [0..<8, 0..<8, 0..<8],
      preparedSize: [4, 4, 4],
      separateAxis: nil,
      logitResampling: .init(order: 1)
    )
    let labels = (0..<64).map { UInt16($0) }
    let restored = restoration.restore(labels)
    for k in 0..<8 {
      for j in 0..<8 {
        for i in 0..<8 {
          #expect(restored[i, j, k] == labels[(k / 2 * 4 + j / 2) * 4 + i / 2])
        }
      }
    }
  }

  @Test("Logits of thick slices are resampled along the slices' axis on its own")
  func separateAxis() throws {
    let grid = try VoxelGrid(size: [8, 8, 8], spacing: [1, 1, 5])
    let scan = Volume<Float>(repeating: 1, grid: grid)
    let plan = PreparationPlan.plain(spacing: [1, 5, 1], transposeForward: [1, 0, 2])
    #expect(try prepare([scan], plan: plan, threads: 1).restoration.separateAxis == 1)
    let isotropic = PreparationPlan.plain(spacing: [2, 2, 2], transposeForward: [1, 0, 2])
    #expect(try prepare([scan], plan: isotropic, threads: 1).restoration.separateAxis == 1)
    let thin = try VoxelGrid(size: [8, 8, 8], spacing: [1, 1, 2])
    #expect(
      try prepare([Volume<Float>(repeating: 1, grid: thin)], plan: isotropic, threads: 1)
        .restoration.separateAxis == nil
    )
  }

  @Test(
    "Any small scan is prepared and restored, the same by one thread and by three",
    arguments: 0..<8 as Range<UInt64>
  )
  func anyScan(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      func spacing() -> Double { Double.random(in: 0.5...2, using: &generator) }
      func size() -> Int { Int.random(in: 1...9, using: &generator) }
      let thick = Bool.random(using: &generator) ? 1.0 : 4.0
      let grid = try VoxelGrid(
        size: [size(), size(), size()],
        spacing: [spacing(), spacing(), thick * spacing()]
      )
      let scan = Volume<Float>(
        grid: grid,
        voxels: (0..<grid.count).map { _ in
          Float(Int.random(in: 0...3, using: &generator)) * 100
        }
      )
      guard scan.voxels.contains(where: { $0 != 0 }) else { continue }
      let labels = LabelMap(
        grid: grid,
        voxels: (0..<grid.count).map { _ in .random(in: 0...2, using: &generator) }
      )
      let method: ResamplingRule.Method = Bool.random(using: &generator) ? .spline : .linear
      let plan = PreparationPlan(
        transposeForward: [0, 1, 2].shuffled(using: &generator),
        spacing: [spacing(), spacing(), spacing()],
        channels: [
          ChannelNormalization(
            scheme: .zScore,
            usesNonzeroMask: Bool.random(using: &generator)
          )
        ],
        imageResampling: .init(method: method, order: 3, orderZ: 1),
        labelResampling: .init(method: method, order: 1, orderZ: 0)
      )
      let prepared: PreparedCase
      do throws(PreparationError) {
        prepared = try prepare(
          [scan],
          plan: plan,
          previousLabels: labels,
          previousStageLabels: [2, 1],
          threads: 3
        )
      } catch {
        // The only refusal there may be: an axis of one thin voxel rounds to none.
        guard case .unusableSize(let sizes, _, _) = error else { throw error }
        #expect(sizes.contains(0))
        continue
      }
      let alone = try prepare(
        [scan],
        plan: plan,
        previousLabels: labels,
        previousStageLabels: [2, 1],
        threads: 1
      )
      #expect(prepared.voxels == alone.voxels)
      #expect(prepared.channelCount == 3)
      #expect(prepared.voxels.allSatisfy { $0.isFinite })
      let count = prepared.size.reduce(1, *)
      let masks = prepared.voxels[count...]
      #expect(masks.allSatisfy { $0 == 0 || $0 == 1 })
      let restored = prepared.restoration.restore(masks.prefix(count).map { UInt16($0) })
      #expect(restored.grid == grid)
    }
  }
}
