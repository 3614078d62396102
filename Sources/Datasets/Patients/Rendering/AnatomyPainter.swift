import Anatomy
import ImageProcessing
import Volumes

/// Paints an anatomy's signals and labels on a grid, without noise or artifacts.
struct AnatomyPainter: Sendable {
  /// What a scan shows of a tissue.
  enum Contrast: Sendable {
    case ct
    case t1
    /// T2-weighted with fat suppression.
    case t2

    func signal(_ tissue: Tissue) -> (value: Float, texture: Float) {
      switch self {
      case .ct: (tissue.ct, tissue.ctTexture)
      case .t1: (tissue.t1, tissue.t1 * tissue.mrTexture)
      case .t2: (tissue.t2, tissue.t2 * tissue.mrTexture)
      }
    }
  }

  let anatomy: PatientAnatomy
  /// From patient coordinates to the anatomy's frame.
  let warp: Warp
  let contrast: Contrast
  /// What lies in patient coordinates, such as the couch; painted first.
  let surroundings: [Piece]
  private let pieces: [Piece]

  init(anatomy: PatientAnatomy, warp: Warp, contrast: Contrast, couch: [Piece] = []) {
    self.anatomy = anatomy
    self.warp = warp
    self.contrast = contrast
    surroundings = couch
    var first: [Piece] = []
    if contrast == .ct && anatomy.traits.hasMask {
      let front = Solid.below(normal: [0, 1, 0.12], offset: 22)
      first = [
        Piece(.mask, .shared(.grown(anatomy.outline, by: 3.4), front)),
        Piece(.air, .grown(anatomy.outline, by: 1.2)),
      ]
    }
    pieces = first + anatomy.pieces
  }

  /// The signals on a grid.
  ///
  /// Each voxel is a mean over its slice's thickness; surfaces cross voxels with their share.
  func signals(on grid: VoxelGrid, threads: Int) -> Volume<Float> {
    var volume = Volume<Float>(repeating: 0, grid: grid)
    let blocks = GridBlocks(grid)
    let width = Float((grid.spacing.x + grid.spacing.y) / 2)
    // Slices thicker than wide are means of several thin ones.
    let layers = min(3, max(1, Int((grid.spacing.z / Double(width)).rounded())))
    let texture = anatomy.traits.shift("texture", 400)
    volume.withUnsafeMutableVoxels { voxels in
      guard let start = voxels.baseAddress else { return }
      let target = SharedPointer(start)
      blocks.forEach(threads: threads) { block, stack in
        let groups = block.groups
        let places = stack.takePlaces(groups: groups)
        let sum = stack.take()
        let value = stack.take()
        let amplitude = stack.take()
        for group in 0..<groups { sum[group] = lanes(0) }
        for layer in 0..<layers {
          let shift = (Double(layer) + 0.5) / Double(layers) - 0.5
          blocks.fill(places, block, shift: shift)
          paint(surroundings, at: places, width, onto: value, amplitude, isFirst: true, stack)
          warp.apply(to: places)
          paint(pieces, at: places, width, onto: value, amplitude, isFirst: false, stack)
          NoiseTile.standard.texture(value, at: places, amplitude: amplitude, shift: texture)
          for group in 0..<groups { sum[group] += value[group] }
        }
        let share = 1 / Float(layers)
        blocks.forEachRun(of: block) { group, index, count in
          let mean = sum[group] * share
          for lane in 0..<count { target.pointer[index + lane] = mean[lane] }
        }
        stack.drop(6)
      }
    }
    return volume
  }

  /// Paints solids in order onto a block's values, each by its share of a voxel `width` mm wide.
  private func paint(
    _ pieces: [Piece],
    at places: Places,
    _ width: Float,
    onto value: LanePointer,
    _ amplitude: LanePointer,
    isFirst: Bool,
    _ stack: LaneStack
  ) {
    let groups = places.groups
    if isFirst {
      let air = contrast.signal(.air)
      for group in 0..<groups {
        value[group] = lanes(air.value)
        amplitude[group] = lanes(air.texture)
      }
    }
    if pieces.isEmpty { return }
    let box = places.bounds
    let look = OctantLook(box, margin: width, stack)
    var near: [(piece: Int, isFull: Bool)] = []
    for (number, piece) in pieces.enumerated() where piece.bounds.meets(box, margin: width) {
      switch look.fills(piece.solid, stack) {
      case true?: near = [(number, true)]
      case nil: near.append((number, false))
      case false?: break
      }
    }
    look.finish(stack)
    let distance = stack.take()
    for (number, isFull) in near {
      let piece = pieces[number]
      let (signal, texture) = contrast.signal(piece.tissue)
      if isFull {
        for group in 0..<groups {
          value[group] = lanes(signal)
          amplitude[group] = lanes(texture)
        }
        continue
      }
      piece.solid.distances(at: places, into: distance, stack)
      let scale = 1 / width
      for group in 0..<groups {
        let share = pointwiseMin(
          pointwiseMax(lanes(0.5) - distance[group] * scale, lanes(0)),
          lanes(1)
        )
        value[group] += share * (lanes(signal) - value[group])
        amplitude[group] += share * (lanes(texture) - amplitude[group])
      }
    }
    stack.drop()
  }

  /// The organs on a grid, each voxel that of its center, in HaN-Seg's numbers.
  func organs(on grid: VoxelGrid, threads: Int) -> LabelMap {
    labels(
      anatomy.organs.map { (UInt16($0.name.rawValue), $0.solid, $0.bounds) },
      on: grid,
      threads: threads
    )
  }

  /// The tumors on a grid: 1 GTVp, 2 GTVn.
  func targets(on grid: VoxelGrid, threads: Int) -> LabelMap {
    labels(
      anatomy.targets.map { ($0.name, $0.solid, $0.bounds) }.sorted { $0.0 > $1.0 },
      on: grid,
      threads: threads
    )
  }

  private func labels(
    _ structures: [(label: UInt16, solid: Solid, bounds: Bounds)],
    on grid: VoxelGrid,
    threads: Int
  ) -> LabelMap {
    var map = LabelMap(repeating: 0, grid: grid)
    let blocks = GridBlocks(grid)
    map.withUnsafeMutableVoxels { voxels in
      guard let start = voxels.baseAddress else { return }
      let target = SharedPointer(start)
      blocks.forEach(threads: threads) { block, stack in
        let places = stack.takePlaces(groups: block.groups)
        let distance = stack.take()
        blocks.fill(places, block, shift: 0)
        warp.apply(to: places)
        let box = places.bounds
        for one in structures where one.bounds.meets(box, margin: 0) {
          one.solid.distances(at: places, into: distance, stack)
          blocks.forEachRun(of: block) { group, index, count in
            guard distance[group].min() <= 0 else { return }
            for lane in 0..<count where distance[group][lane] <= 0 {
              target.pointer[index + lane] = one.label
            }
          }
        }
        stack.drop(4)
      }
    }
    return map
  }
}
