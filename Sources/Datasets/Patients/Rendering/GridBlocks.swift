import ImageProcessing
import Volumes

/// A grid cut into small blocks of voxels, each worked on as a whole.
struct GridBlocks {
  /// One block: its first voxel and size; it may reach beyond the grid's end.
  struct Block {
    let first: SIMD3<Int>
    let size: SIMD3<Int>

    var groups: Int { size.x * size.y * size.z / 8 }
  }

  let grid: VoxelGrid
  /// Voxels of a block; along i a multiple of eight.
  private let side: SIMD3<Int>

  init(_ grid: VoxelGrid) {
    self.grid = grid
    // About a centimeter a side: small enough to lie in few tissues.
    side = [
      grid.spacing.x < 1.5 ? 16 : 8, grid.spacing.y < 1.5 ? 8 : 4, grid.spacing.z < 1.5 ? 8 : 4,
    ]
  }

  /// Calls `body` with each block; blocks of a slab run on one thread, in order.
  func forEach(threads: Int, _ body: @Sendable (Block, LaneStack) -> Void) {
    let size = grid.size
    let side = side
    concurrently((size.z + side.z - 1) / side.z, threads: threads) { tickets in
      let stack = LaneStack()
      while let slab = tickets.next() {
        for j in stride(from: 0, to: size.y, by: side.y) {
          for i in stride(from: 0, to: size.x, by: side.x) {
            body(Block(first: [i, j, slab * side.z], size: side), stack)
          }
        }
      }
    }
  }

  /// The patient coordinates of a block's voxels, each moved by `shift` voxels along k.
  func fill(_ places: Places, _ block: Block, shift: Double) {
    let step = grid.direction * Matrix3.diagonal(grid.spacing)
    let lane = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
    let across = SIMD3<Float>(step.x)
    var group = 0
    for k in 0..<block.size.z {
      for j in 0..<block.size.y {
        for i in stride(from: 0, to: block.size.x, by: 8) {
          let index = SIMD3<Double>(
            Double(block.first.x + i),
            Double(block.first.y + j),
            Double(block.first.z + k) + shift
          )
          let start = SIMD3<Float>(grid.origin + step * index)
          places.x[group] = lane * across.x + start.x
          places.y[group] = lane * across.y + start.y
          places.z[group] = lane * across.z + start.z
          group += 1
        }
      }
    }
  }

  /// Calls `body` with each group's number, the index of its first voxel in memory, and how many of
  /// its eight voxels lie in the grid.
  func forEachRun(of block: Block, _ body: (_ group: Int, _ index: Int, _ count: Int) -> Void) {
    var group = 0
    for k in block.first.z..<(block.first.z + block.size.z) {
      for j in block.first.y..<(block.first.y + block.size.y) {
        for i in stride(from: block.first.x, to: block.first.x + block.size.x, by: 8) {
          if k < grid.size.z && j < grid.size.y && i < grid.size.x {
            body(group, i + grid.size.x * (j + grid.size.y * k), min(8, grid.size.x - i))
          }
          group += 1
        }
      }
    }
  }
}

/// Eight places inside a box, one in the middle of each octant, for a first look at a solid.
struct OctantLook {
  private let places: Places
  private let reach: Float
  private let distances: LanePointer

  /// A look at the box; a surface up to `margin` mm away still matters.
  init(_ box: Bounds, margin: Float, _ stack: LaneStack) {
    places = stack.takePlaces(groups: 1)
    distances = stack.take()
    let quarter = (box.high - box.low) / 4
    let middle = (box.high + box.low) / 2
    for octant in 0..<8 {
      places.x[0][octant] = middle.x + (octant & 1 == 0 ? -quarter.x : quarter.x)
      places.y[0][octant] = middle.y + (octant & 2 == 0 ? -quarter.y : quarter.y)
      places.z[0][octant] = middle.z + (octant & 4 == 0 ? -quarter.z : quarter.z)
    }
    // Distances may be off by half away from a surface.
    reach = 1.5 * (quarter * quarter).sum().squareRoot() + margin
  }

  /// Gives the scratch memory back.
  func finish(_ stack: LaneStack) { stack.drop(4) }

  /// Whether the solid fills the box, misses it, or neither (`nil`).
  func fills(_ solid: Solid, _ stack: LaneStack) -> Bool? {
    solid.distances(at: places, into: distances, stack)
    if distances[0].min() > reach { return false }
    if distances[0].max() < -reach { return true }
    return nil
  }
}
