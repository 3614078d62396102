import Inference
import Preprocessing
import Volumes

/// For each array axis of a scan (k, j, i) and each index along it, what it adds to a place in
/// another array; `nil` where that array does not reach.
struct ScanPlaces {
  let offsets: [[Int?]]

  /// The places of the nearest voxels of a prepared grid, `[D][H][W]`.
  init(voxelsOf restoration: GridRestoration) {
    let size = restoration.preparedSize
    offsets = Self.offsets(restoration, strides: [size[1] * size[2], size[2], 1]) { _, voxel in
      voxel
    }
  }

  /// The places of the blocks that those voxels lie in.
  init(blocksOf grid: BlockGrid, _ restoration: GridRestoration) {
    let counts = grid.counts
    let blocks = (0..<3).map { axis in
      (0..<counts[axis]).flatMap { block in grid.voxels(axis: axis, block: block).map { _ in block } }
    }
    offsets = Self.offsets(restoration, strides: [counts[1] * counts[2], counts[2], 1]) {
      axis,
      voxel in
      blocks[axis][voxel]
    }
  }

  private static func offsets(
    _ restoration: GridRestoration,
    strides: [Int],
    _ index: (_ axis: Int, _ voxel: Int) -> Int
  ) -> [[Int?]] {
    let size = restoration.originalGrid.size
    var offsets = [size.z, size.y, size.x].map { [Int?](repeating: nil, count: $0) }
    for axis in 0..<3 {
      let (source, target) = (restoration.croppedSize[axis], restoration.preparedSize[axis])
      let first = restoration.box[axis].lowerBound
      for place in 0..<source {
        // Voxel centers at whole numbers, edges aligned.
        let nearest = min(target - 1, (2 * place + 1) * target / (2 * source))
        offsets[restoration.transposeForward[axis]][first + place] =
          index(axis, nearest) * strides[axis]
      }
    }
    return offsets
  }

  /// Calls `body` for each voxel of the scan that the other array reaches, with both places.
  func forEach(_ body: (_ scan: Int, _ other: Int) -> Void) {
    let rows = offsets[1].count
    let columns = offsets[2].enumerated().compactMap { i, place in place.map { (i, $0) } }
    for (k, layer) in offsets[0].enumerated() {
      guard let layer else { continue }
      for (j, row) in offsets[1].enumerated() {
        guard let row else { continue }
        let first = (k * rows + j) * offsets[2].count
        for (i, place) in columns { body(first + i, layer + row + place) }
      }
    }
  }
}
