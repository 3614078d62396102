import Foundation

/// How often, and with which kernels, a U-Net halves a patch.
///
/// - SeeAlso: nnU-Net v2, `get_pool_and_conv_props`.
struct NetworkTopology: Hashable {
  /// The stride of each stage, the first `[1, 1, 1]`.
  var strides: [[Int]]
  /// The kernel size of each stage.
  var kernels: [[Int]]
  /// The patch, padded to a multiple of the strides' products.
  var patch: [Int]
  /// The strides' products.
  var divisor: [Int]

  /// No axis of the deepest stage is shorter than this.
  static let smallestEdge = 4.0

  /// The topology for a spacing and a patch, both in the network's axis order.
  ///
  /// Axes are halved as long as eight voxels are left, first those of fine spacing, until all are
  /// within a factor of two of each other. A kernel is 1 along an axis until it is.
  init(spacing: [Double], patch: [Double]) {
    var spacing = spacing
    var size = patch
    var kernel = [1, 1, 1]
    var counts = [0, 0, 0]
    strides = [[1, 1, 1]]
    kernels = []
    while true {
      let large = (0..<3).filter { size[$0] >= 2 * Self.smallestEdge }
      guard let finest = large.map({ spacing[$0] }).min() else { break }
      let halved = large.filter { spacing[$0] / finest < 2 }
      if halved.count == 1 && size[halved[0]] < 3 * Self.smallestEdge { break }
      let smallest = spacing.min() ?? finest
      for axis in 0..<3 where spacing[axis] / smallest < 2 { kernel[axis] = 3 }
      var stride = [1, 1, 1]
      for axis in halved {
        stride[axis] = 2
        counts[axis] += 1
        spacing[axis] *= 2
        size[axis] = (size[axis] / 2).rounded(.up)
      }
      strides.append(stride)
      kernels.append(kernel)
    }
    kernels.append([3, 3, 3])
    divisor = counts.map { 1 << $0 }
    self.patch = zip(patch, divisor).map { size, divisor in
      let rest = size.truncatingRemainder(dividingBy: Double(divisor))
      return rest == 0 ? Int(size) : Int(size + Double(divisor) - rest)
    }
  }
}
