import Foundation
import Inference
import TestSupport
import Testing

@Suite("Where windows lie")
struct WindowPlanTests {
  @Test("Starts are nnU-Net's, ties and odd steps included")
  func starts() throws {
    let golden = try #require(Golden.shared)
    #expect(golden.steps.count > 50)
    for example in golden.steps {
      let found = windowStarts(
        covering: 0..<example.size,
        window: example.window,
        step: example.step,
        in: example.size
      )
      #expect(found == example.starts, "\(example)")
    }
  }

  @Test("Small scans are padded as nnU-Net pads them")
  func padding() throws {
    for example in try #require(Golden.shared).paddings {
      let plan = WindowPlan(size: example.size, windowSize: example.window, step: 0.5)
      #expect(plan.paddedSize == example.padded)
      #expect(plan.padding == example.padding)
    }
  }

  @Test("The Gaussian has nnU-Net's bits")
  func gaussian() throws {
    for example in try #require(Golden.shared).gaussians {
      let halves = gaussianWeights(size: example.window)
      let every = max(1, halves.count / 64)
      let line = stride(from: 0, to: halves.count, by: every).map { halves[$0] }
      #expect(line == example.line, "\(example.window)")
      let bytes = halves.map(\.littleEndian).withUnsafeBytes { Data($0) }
      #expect(ZipBuilder.crc32(bytes) == example.checksum, "\(example.window)")
    }
  }

  @Test("Mirrorings come in the order of itertools.combinations")
  func order() {
    #expect(mirrorings(of: []) == [])
    #expect(mirrorings(of: [1]) == [[1]])
    #expect(mirrorings(of: [0, 2]) == [[0], [2], [0, 2]])
    #expect(
      mirrorings(of: [0, 1, 2]) == [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]
    )
  }

  @Test("Rows rise, and a whole grid is covered voxel by voxel")
  func covers() {
    let plan = WindowPlan(size: [11, 20, 9], windowSize: [4, 8, 16], step: 0.5)
    #expect(plan.rows.map(\.plane) == plan.rows.map(\.plane).sorted())
    let all = BodyExtent(
      planes: Array(repeating: .init(rows: 0..<20, columns: 0..<9), count: 11)
    )
    #expect(uncovered(all, by: plan) == 0)
    #expect(plan.count == plan.rows.count * 4)
  }

  @Test("Windows on a body cover every voxel of it, inside the grid, and are never more")
  func body() {
    var generator = SeededGenerator(seed: 50)
    var saved = 0
    for _ in 0..<300 {
      let size = (0..<3).map { _ in Int.random(in: 3...40, using: &generator) }
      let windowSize = (0..<3).map { _ in Int.random(in: 2...16, using: &generator) }
      let steps: [Double] = [0.3, 0.5, 1]
      let step = steps.randomElement(using: &generator) ?? 0.5
      let first = Int.random(in: 0..<size[0], using: &generator)
      let last = Int.random(in: first..<size[0], using: &generator)
      let planes = (0..<size[0]).map { plane -> BodyExtent.Rectangle? in
        guard (first...last).contains(plane), Int.random(in: 0..<5, using: &generator) > 0
        else { return nil }
        let row = Int.random(in: 0..<size[1], using: &generator)
        let column = Int.random(in: 0..<size[2], using: &generator)
        return BodyExtent.Rectangle(
          rows: row..<Int.random(in: row + 1...size[1], using: &generator),
          columns: column..<Int.random(in: column + 1...size[2], using: &generator)
        )
      }
      let extent = BodyExtent(planes: planes)
      let plan = WindowPlan(size: size, windowSize: windowSize, step: step, body: extent)
      let whole = WindowPlan(size: size, windowSize: windowSize, step: step)
      #expect(uncovered(extent, by: plan) == 0)
      #expect(plan.count <= whole.count)
      #expect(plan.paddedSize == whole.paddedSize && plan.padding == whole.padding)
      for row in plan.rows {
        for start in row.starts.map({ [row.plane] + $0 }) {
          for axis in 0..<3 {
            #expect(start[axis] >= 0 && start[axis] + windowSize[axis] <= plan.paddedSize[axis])
          }
        }
      }
      saved += whole.count - plan.count
    }
    #expect(saved > 0)
  }

  @Test("A scan without a body needs no window")
  func noBody() {
    let empty = BodyExtent(planes: Array(repeating: nil, count: 9))
    let plan = WindowPlan(size: [9, 9, 9], windowSize: [4, 4, 4], step: 0.5, body: empty)
    #expect(plan.rows.isEmpty)
    #expect(plan.count == 0)
  }

  /// Voxels of an extent that no window reaches.
  private func uncovered(_ extent: BodyExtent, by plan: WindowPlan) -> Int {
    let size = plan.paddedSize
    var covered = [Bool](repeating: false, count: size.reduce(1, *))
    for row in plan.rows {
      for start in row.starts {
        for d in 0..<plan.windowSize[0] {
          for h in 0..<plan.windowSize[1] {
            let line = ((row.plane + d) * size[1] + start[0] + h) * size[2] + start[1]
            for w in 0..<plan.windowSize[2] { covered[line + w] = true }
          }
        }
      }
    }
    var missing = 0
    for (plane, rectangle) in extent.planes.enumerated() {
      guard let rectangle else { continue }
      for row in rectangle.rows {
        for column in rectangle.columns {
          let d = plane + plan.padding[0]
          let line = (d * size[1] + row + plan.padding[1]) * size[2]
          if !covered[line + column + plan.padding[2]] { missing += 1 }
        }
      }
    }
    return missing
  }
}
