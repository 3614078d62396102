import NeuralNetworks
public import Preprocessing
import Torch
public import Volumes

/// The displacements that a network with a registration found, put together from its windows.
///
/// Windows are weighted as logits are. Sums are single precision, 16 bytes a prepared voxel: a
/// displacement's error would add to the registration's. Mirrored windows have no part in it.
public final class FieldBlend {
  private let plan: WindowPlan
  private let size: [Int]
  private let gaussian: [Float]
  private var sums: [SIMD3<Float>]
  private var weights: [Float]

  /// Nothing yet, for a prepared case whose windows are placed by `options`.
  public init(_ prepared: PreparedCase, options: SlidingWindowOptions) {
    plan = WindowPlan(size: prepared.size, windowSize: options.windowSize, step: options.step)
    size = prepared.size
    gaussian = LogitKernels.floats(gaussianWeights(size: options.windowSize))
    let count = plan.paddedSize.reduce(1, *)
    sums = [SIMD3<Float>](repeating: [0, 0, 0], count: count)
    weights = [Float](repeating: 0, count: count)
  }

  /// Adds what one window of one fold gave.
  /// - Parameters:
  ///   - outputs: What left the network, as ``PreparedNetwork/outputs(of:)`` gives it.
  ///   - network: The network.
  ///   - start: Where the window begins on the padded grid.
  /// - Throws: ``TorchError`` where the network has no field.
  func add(
    _ outputs: [Tensor],
    of network: PreparedNetwork,
    at start: [Int]
  ) throws(TorchError) {
    guard let place = network.roles.firstIndex(of: .field), place < outputs.count else {
      throw .failed(operation: "a registration", reason: "the network has none")
    }
    let values = try outputs[place].values()
    let window = plan.windowSize
    let voxels = window.reduce(1, *)
    precondition(values.count == 3 * voxels, "one sample of three components")
    var source = 0
    for d in 0..<window[0] {
      for h in 0..<window[1] {
        let row = (start[0] + d) * plan.paddedSize[1] + start[1] + h
        let target = row * plan.paddedSize[2] + start[2]
        for w in 0..<window[2] {
          let vector = SIMD3(
            values[source],
            values[voxels + source],
            values[2 * voxels + source]
          )
          sums[target + w] += vector * gaussian[source]
          weights[target + w] += gaussian[source]
          source += 1
        }
      }
    }
  }

  /// The displacement of each prepared voxel, in mm along the patient's axes; 0 where no window was.
  ///
  /// The voxel at `p` of the first modality shows what the second one shows at `p` + displacement.
  /// - Throws: `GridError`.
  public func displacements(_ restoration: GridRestoration) throws(GridError) -> Volume<
    SIMD3<Float>
  > {
    let grid = try restoration.preparedGrid()
    let toPatient = grid.patientFromVoxel.linear
    var result = Volume<SIMD3<Float>>(repeating: [0, 0, 0], grid: grid)
    result.withUnsafeMutableVoxels { voxels in
      var target = 0
      for d in 0..<size[0] {
        for h in 0..<size[1] {
          let row = (d + plan.padding[0]) * plan.paddedSize[1] + h + plan.padding[1]
          let source = row * plan.paddedSize[2] + plan.padding[2]
          for w in 0..<size[2] {
            let weight = weights[source + w]
            if weight > 0 {
              let (z, y, x) = (sums[source + w].x, sums[source + w].y, sums[source + w].z)
              let mean = SIMD3<Double>(Double(x), Double(y), Double(z)) / Double(weight)
              voxels[target] = SIMD3<Float>(toPatient * mean)
            }
            target += 1
          }
        }
      }
    }
    return result
  }
}
