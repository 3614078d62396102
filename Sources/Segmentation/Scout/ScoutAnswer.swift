import Foundation
import ImageProcessing
import Inference
import Preprocessing
import Volumes

/// What a coarse look at a scan found: labels on a coarse grid, and where that grid lies in the scan.
///
/// Whoever gives coarse labels can be a scout: a small network of its own, or the coarse pathway of
/// a larger one.
struct ScoutAnswer {
  /// The labels on the scout's prepared grid; `i`, `j`, `k` are its axes W, H, D.
  let labels: LabelMap
  /// The way from the scan to that grid.
  let restoration: GridRestoration
  /// Where each voxel of the scan lies in the labels' memory.
  let places: ScanPlaces

  init(labels: LabelMap, restoration: GridRestoration) {
    self.labels = labels
    self.restoration = restoration
    places = ScanPlaces(voxelsOf: restoration)
  }

  /// The labels that occur.
  var present: Set<UInt16> {
    labels.withUnsafeVoxels { voxels in Set(voxels) }.subtracting([0])
  }

  /// The blocks of a finer grid that may hold some labels.
  /// - Parameters:
  ///   - wanted: The labels.
  ///   - margin: How far from them to look, in mm.
  ///   - grid: The blocks of the finer prepared grid.
  ///   - fine: The way from the scan to that grid.
  ///   - threads: How many threads work.
  /// - Returns: `nil` where none of the labels occurs.
  func blocks(
    near wanted: Set<UInt16>,
    margin: Double,
    on grid: BlockGrid,
    of fine: GridRestoration,
    threads: Int
  ) -> BlockMask? {
    let mask = labels.map { wanted.contains($0) }
    guard mask.voxels.contains(true) else { return nil }
    let dilated = mask.dilated(by: margin, threads: threads)
    let covered = (0..<3).map { axis in
      (0..<grid.counts[axis]).map { places(of: $0, axis: axis, on: grid, fine) }
    }
    return dilated.withUnsafeVoxels { voxels in
      BlockMask(on: grid) { d, h, w in
        for first in covered[0][d] {
          for second in covered[1][h] {
            for third in covered[2][w] where voxels[first + second + third] { return true }
          }
        }
        return false
      }
    }
  }

  /// The distance of each coarse voxel from some labels, in mm; `nil` where none of them occurs.
  func distances(to wanted: Set<UInt16>) -> [Double]? {
    distanceTransform(
      of: labels.voxels.map { wanted.contains($0) ? 1 : 0 },
      size: labels.grid.size,
      spacing: labels.grid.spacing
    )
  }

  /// What the voxels of a block along an axis add to places in the labels' memory.
  private func places(
    of block: Int,
    axis: Int,
    on grid: BlockGrid,
    _ fine: GridRestoration
  ) -> [Int] {
    let voxels = grid.voxels(axis: axis, block: block)
    let (source, target) = (fine.preparedSize[axis], fine.croppedSize[axis])
    let first = fine.box[axis].lowerBound
    let covered =
      first + voxels.lowerBound * target / source..<first
      + min(target, (voxels.upperBound * target + source - 1) / source)
    return Set(places.offsets[fine.transposeForward[axis]][covered].compactMap(\.self)).sorted()
  }
}
