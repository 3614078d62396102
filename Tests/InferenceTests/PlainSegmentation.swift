import Inference
import NeuralNetworks
import Preprocessing
import Torch
import Volumes

/// nnU-Net's sliding windows in plain Swift, window by window over the whole class × volume array.
///
/// The same arithmetic as ours — half-precision sums and weights — in the simplest order; the
/// prepared grid must be the cropped one.
@DeviceActor struct PlainSegmentation {
  var prepared: PreparedCase
  var networks: [PreparedNetwork]
  var options: SlidingWindowOptions
  /// The starts of all windows, and the padding before the grid.
  var plan: WindowPlan

  func labels() throws -> [UInt16] {
    let channels = options.decision.labels.count
    let padded = plan.paddedSize
    let voxels = padded.reduce(1, *)
    let size = options.windowSize
    let gaussian = gaussianWeights(size: size).map(Float16.init(bitPattern:))
    var weights = [Float16](repeating: 0, count: voxels)
    var means = [Float16](repeating: 0, count: channels * voxels)
    for (fold, network) in networks.enumerated() {
      var sums = [Float16](repeating: 0, count: channels * voxels)
      for row in plan.rows {
        for start in row.starts.map({ [row.plane] + $0 }) {
          let logits = try answer(network, at: start)
          for d in 0..<size[0] {
            for h in 0..<size[1] {
              for w in 0..<size[2] {
                let inside = (d * size[1] + h) * size[2] + w
                let line: Int = (start[0] + d) * padded[1] + start[1] + h
                let voxel: Int = line * padded[2] + start[2] + w
                for c in 0..<channels {
                  let logit = logits[c * size.reduce(1, *) + inside]
                  let sum = Float(sums[c * voxels + voxel])
                  sums[c * voxels + voxel] = Float16(sum + logit * Float(gaussian[inside]))
                }
                if fold == 0 { weights[voxel] += gaussian[inside] }
              }
            }
          }
        }
      }
      for index in sums.indices {
        let logit = Float16(Float(sums[index]) / Float(weights[index % voxels]))
        means[index] = fold == 0 ? logit : means[index] + logit
      }
    }
    if networks.count > 1 {
      for index in means.indices { means[index] /= Float16(networks.count) }
    }
    return decided(means, channels: channels, covered: weights)
  }

  /// The mean over all mirrorings of one window.
  private func answer(_ network: PreparedNetwork, at start: [Int]) throws -> [Float] {
    let size = options.windowSize
    let grid = prepared.size
    var window: [Float] = []
    for c in 0..<prepared.channelCount {
      for d in 0..<size[0] {
        for h in 0..<size[1] {
          for w in 0..<size[2] {
            let place = zip([d, h, w], zip(start, plan.padding)).map { $0 + $1.0 - $1.1 }
            let isInside = zip(place, grid).allSatisfy { (0..<$1).contains($0) }
            let line: Int = (c * grid[0] + place[0]) * grid[1] + place[1]
            let index: Int = line * grid[2] + place[2]
            window.append(isInside ? prepared.voxels[index] : 0)
          }
        }
      }
    }
    let x = try Tensor(window, shape: [1, prepared.channelCount] + size)
    var sum = try network(x).values()
    let axes = mirrorings(of: options.mirroringAxes)
    for combination in axes {
      let flipped = try network(x.flipped(axes: combination)).flipped(axes: combination)
      for (index, value) in try flipped.values().enumerated() { sum[index] += value }
    }
    return axes.isEmpty ? sum : sum.map { $0 / Float(axes.count + 1) }
  }

  /// The labels of the scan, voxel by voxel, with crop and axis order undone.
  private func decided(_ logits: [Float16], channels: Int, covered: [Float16]) -> [UInt16] {
    let restoration = prepared.restoration
    let padded = plan.paddedSize
    let voxels = padded.reduce(1, *)
    var result = [UInt16](repeating: 0, count: restoration.originalGrid.count)
    for d in 0..<prepared.size[0] {
      for h in 0..<prepared.size[1] {
        for w in 0..<prepared.size[2] {
          let place = zip([d, h, w], plan.padding).map { $0 + $1 }
          let voxel: Int = (place[0] * padded[1] + place[1]) * padded[2] + place[2]
          guard covered[voxel] != 0 else { continue }
          let values = (0..<channels).map { logits[$0 * voxels + voxel] }
          var label: UInt16 = 0
          switch options.decision {
          case .firstMaximum(let labels):
            label = labels[values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }]
          case .lastRegion(let labels):
            for (value, region) in zip(values, labels) where value > 1.2e-7 { label = region }
          }
          let strides = restoration.originalStrides
          let target =
            restoration.originalOffset + d * strides[0] + h * strides[1] + w * strides[2]
          result[target] = label
        }
      }
    }
    return result
  }
}
