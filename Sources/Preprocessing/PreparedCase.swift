public import ImageProcessing
public import Volumes

/// A scan as a network takes it: cropped, normalized and resampled.
public struct PreparedCase: Sendable {
  /// The image channels, then one per label of a previous stage.
  public let channelCount: Int
  /// The number of voxels along D, H and W on the prepared grid (after `transposeForward`).
  public let size: [Int]
  /// The array `[C, D, H, W]`, W fastest.
  public let voxels: [Float]
  /// The way back.
  public let restoration: GridRestoration

  /// A prepared scan from its parts.
  /// - Precondition: `voxels` holds `channelCount` arrays of `size`.
  public init(channelCount: Int, size: [Int], voxels: [Float], restoration: GridRestoration) {
    precondition(
      size.count == 3 && voxels.count == channelCount * size.reduce(1, *),
      "a prepared case holds one value per channel and voxel"
    )
    self.channelCount = channelCount
    self.size = size
    self.voxels = voxels
    self.restoration = restoration
  }
}

/// The exact way back from the prepared grid to the scan's grid.
///
/// Three-element arrays are in the network's axis order: position `n` belongs to array axis
/// `transposeForward[n]` of the scan, where array axis 0 is k, 1 is j and 2 is i.
public struct GridRestoration: Hashable, Sendable {
  /// The scan's grid.
  public let originalGrid: VoxelGrid
  /// For each axis of the network's array, the array axis of the scan.
  public let transposeForward: [Int]
  /// What was cropped from the scan.
  public let box: [Range<Int>]
  /// The size after cropping, before resampling.
  public let croppedSize: [Int]
  /// The size after resampling.
  public let preparedSize: [Int]
  /// The axis that logits are resampled along on its own, if any.
  public let separateAxis: Int?
  /// How logits are resampled from `preparedSize` to `croppedSize`.
  public let logitResampling: ResamplingRule

  /// A way back from its parts.
  /// - Precondition: `transposeForward` is a permutation, the box lies in the grid, and sizes have
  ///   three positive elements.
  public init(
    originalGrid: VoxelGrid,
    transposeForward: [Int],
    box: [Range<Int>],
    preparedSize: [Int],
    separateAxis: Int?,
    logitResampling: ResamplingRule
  ) {
    precondition(transposeForward.sorted() == [0, 1, 2], "three axes in some order")
    precondition(box.count == 3 && preparedSize.count == 3 && preparedSize.allSatisfy { $0 > 0 })
    let size = originalGrid.arraySize
    precondition(
      (0..<3).allSatisfy { axis in
        box[axis].lowerBound >= 0 && !box[axis].isEmpty
          && box[axis].upperBound <= size[transposeForward[axis]]
      },
      "the box lies in the grid"
    )
    self.originalGrid = originalGrid
    self.transposeForward = transposeForward
    self.box = box
    croppedSize = box.map(\.count)
    self.preparedSize = preparedSize
    self.separateAxis = separateAxis
    self.logitResampling = logitResampling
  }

  /// How far apart neighbors along the network's three axes are in the scan's memory.
  public var originalStrides: [Int] {
    let strides = originalGrid.arrayStrides
    return transposeForward.map { strides[$0] }
  }

  /// The position of the box's first voxel in the scan's memory.
  public var originalOffset: Int {
    zip(originalStrides, box).reduce(0) { $0 + $1.0 * $1.1.lowerBound }
  }

  /// Labels on the prepared grid brought back to the scan's grid, each voxel from its nearest
  /// neighbor; 0 outside the box.
  ///
  /// Exact where nothing was resampled. Networks' answers are restored from logits instead.
  /// - Precondition: `prepared` holds one label per voxel of `preparedSize`.
  public func restore(_ prepared: [UInt16]) -> LabelMap {
    precondition(prepared.count == preparedSize.reduce(1, *), "one label per prepared voxel")
    let nearest = (0..<3).map { axis in
      nearestPositions(from: preparedSize[axis], to: croppedSize[axis])
    }
    let strides = originalStrides
    let offset = originalOffset
    var labels = LabelMap(repeating: 0, grid: originalGrid)
    labels.withUnsafeMutableVoxels { voxels in
      for d in 0..<croppedSize[0] {
        for h in 0..<croppedSize[1] {
          let row = (nearest[0][d] * preparedSize[1] + nearest[1][h]) * preparedSize[2]
          let target = offset + d * strides[0] + h * strides[1]
          for w in 0..<croppedSize[2] {
            voxels[target + w * strides[2]] = prepared[row + nearest[2][w]]
          }
        }
      }
    }
    return labels
  }
}

extension VoxelGrid {
  /// The number of voxels along k, j and i: the axes of the array in memory.
  var arraySize: [Int] { [size.z, size.y, size.x] }
  /// The spacing along k, j and i in mm.
  var arraySpacing: [Double] { [spacing.z, spacing.y, spacing.x] }
  /// How far apart neighbors along k, j and i are in memory.
  var arrayStrides: [Int] { [size.x * size.y, size.x, 1] }
}
