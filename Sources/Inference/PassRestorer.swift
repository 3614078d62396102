import Foundation
import ImageProcessing
import Preprocessing
import Torch
import Volumes

/// Turns the finished planes of one pass into labels, where the pass owns the blocks.
///
/// What ``LabelRestorer`` does for the whole grid, inside the box of the pass's windows: each plane
/// is restored aside, and the voxels of owned blocks are taken over.
final class PassRestorer {
  private let decision: LabelDecision
  private let roundsToHalf: Bool
  private let box: [Range<Int>]
  /// For each axis, the first restored voxel, and where it and those behind it come from.
  private let firstVoxels: [Int]
  private let taps: [[InterpolationTap]]
  /// For each restored voxel of an axis, the block that it belongs to.
  private let blocks: [[Int]]
  private let strides: [Int]
  private let origin: Int
  private var plane: [UInt16]
  private var nextPlane = 0

  /// A restorer for the windows inside a box of the padded grid.
  init(
    _ restoration: GridRestoration,
    box: [Range<Int>],
    padding: [Int],
    grid: BlockGrid,
    decision: LabelDecision
  ) throws(InferenceError) {
    self.decision = decision
    self.box = box
    let isIdentity = restoration.preparedSize == restoration.croppedSize
    roundsToHalf = isIdentity || restoration.logitResampling.method != .linear
    var firstVoxels: [Int] = []
    var taps: [[InterpolationTap]] = []
    var blocks: [[Int]] = []
    for axis in 0..<3 {
      let all = try LabelRestorer.taps(restoration, axis: axis, padding: padding[axis])
      let inside = all.indices.filter {
        box[axis].contains(all[$0].low) && box[axis].contains(all[$0].high)
      }
      let range = (inside.first ?? 0)..<(inside.last.map { $0 + 1 } ?? 0)
      firstVoxels.append(range.lowerBound)
      taps.append(
        range.map {
          InterpolationTap(
            low: all[$0].low - box[axis].lowerBound,
            high: all[$0].high - box[axis].lowerBound,
            weight: all[$0].weight
          )
        }
      )
      let blockOfVoxel = grid.blocks(axis: axis)
      blocks.append(
        range.map {
          let nearest = all[$0].weight < 0.5 ? all[$0].low : all[$0].high
          return blockOfVoxel[nearest - padding[axis]]
        }
      )
    }
    self.firstVoxels = firstVoxels
    self.taps = taps
    self.blocks = blocks
    strides = restoration.originalStrides
    origin =
      restoration.originalOffset + zip(firstVoxels, restoration.originalStrides)
      .reduce(0) { $0 + $1.0 * $1.1 }
    plane = [UInt16](repeating: 0, count: taps[1].count * taps[2].count)
  }

  /// Takes the next finished plane of the box, with the one before it, and writes what they decide
  /// into the blocks that `owner` gives to the pass.
  func accept(
    plane finished: Int,
    previous: UnsafePointer<UInt16>,
    current: UnsafePointer<UInt16>,
    into labelMap: inout LabelMap,
    owners: [UInt8],
    pass: UInt8,
    blockCounts: [Int]
  ) throws(TorchError) {
    while nextPlane < taps[0].count, taps[0][nextPlane].high <= finished {
      let tap = taps[0][nextPlane]
      let layer = blocks[0][nextPlane] * blockCounts[1]
      let rows = owners[
        layer * blockCounts[2]..<(layer + blockCounts[1]) * blockCounts[2]
      ]
      defer { nextPlane += 1 }
      guard rows.contains(pass) else { continue }
      let pair = LogitKernels.PlanePair(
        low: tap.low == finished ? current : previous,
        high: tap.high == finished ? current : previous,
        weight: tap.weight,
        width: box[2].count,
        channels: decision.labels.count
      )
      try plane.withUnsafeMutableBufferPointer { buffer throws(TorchError) in
        guard let base = buffer.baseAddress else { return }
        try LogitKernels.restore(
          pair,
          rows: taps[1],
          columns: taps[2],
          roundsToHalf: roundsToHalf,
          decision: decision,
          to: base,
          rowStride: taps[2].count,
          columnStride: 1
        )
      }
      let first = origin + nextPlane * strides[0]
      labelMap.withUnsafeMutableVoxels { voxels in
        for row in taps[1].indices {
          let ownersOfRow = rows.startIndex + blocks[1][row] * blockCounts[2]
          let target = first + row * strides[1]
          for column in taps[2].indices where rows[ownersOfRow + blocks[2][column]] == pass {
            voxels[target + column * strides[2]] = plane[row * taps[2].count + column]
          }
        }
      }
    }
  }
}
