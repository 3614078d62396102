import Foundation
import Testing
import Torch

@Suite("Instance normalization")
struct InstanceNormTests {
  /// Mean and variance in double precision over all voxels, then scale, residual and leaky ReLU.
  @DeviceActor private func expected(
    _ x: [Float],
    residual: [Float]?,
    channels: Int,
    voxels: Int,
    scale: [Float],
    shift: [Float],
    epsilon: Double,
    slope: Double
  ) -> [Double] {
    var result: [Double] = []
    for channel in 0..<x.count / voxels {
      let range = channel * voxels..<(channel + 1) * voxels
      let mean = x[range].reduce(0.0) { $0 + Double($1) } / Double(voxels)
      let variance = x[range].reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / Double(voxels)
      for index in range {
        var y = (Double(x[index]) - mean) / (variance + epsilon).squareRoot()
        y = y * Double(scale[channel % channels]) + Double(shift[channel % channels])
        if let residual { y += Double(residual[index]) }
        result.append(y < 0 ? y * slope : y)
      }
    }
    return result
  }

  @Test(
    "Agrees with double precision to 1e-5, whatever the number of channels",
    arguments: [1, 3, 8, 31, 32, 64, 320],
    [false, true]
  )
  func agrees(channels: Int, hasResidual: Bool) async throws {
    try await onDevice {
      let shape = [2, channels, 3, 11, 7]
      let voxels = 3 * 11 * 7
      let values = random(2 * channels * voxels, seed: 7, in: -3...5)
      let residual = hasResidual ? random(values.count, seed: 8) : nil
      let scale = random(channels, seed: 9, in: 0.5...2)
      let shift = random(channels, seed: 10)
      let x = try Tensor(values, shape: shape)
      try x.normalizeAndActivate(
        scale: scale,
        shift: shift,
        epsilon: 1e-5,
        residual: residual.map { try Tensor($0, shape: shape) },
        slope: 0.01
      )
      let error = relativeError(
        try x.values(),
        expected(
          values,
          residual: residual,
          channels: channels,
          voxels: voxels,
          scale: scale,
          shift: shift,
          epsilon: 1e-5,
          slope: 0.01
        )
      )
      #expect(error < 1e-5)
    }
  }

  @Test("A large mean costs no digits: 1000 ± 1", arguments: [1, 8, 31, 64])
  func largeMean(channels: Int) async throws {
    try await onDevice {
      let size = [9, 40, 41]
      let voxels = size.reduce(1, *)
      let values = random(channels * voxels, seed: 11, in: 999...1001)
      let ones = [Float](repeating: 1, count: channels)
      let zeros = [Float](repeating: 0, count: channels)
      let x = try Tensor(values, shape: [1, channels] + size)
      try x.normalizeAndActivate(scale: ones, shift: zeros, epsilon: 1e-5, slope: 1)
      let error = relativeError(
        try x.values(),
        expected(
          values,
          residual: nil,
          channels: channels,
          voxels: voxels,
          scale: ones,
          shift: zeros,
          epsilon: 1e-5,
          slope: 1
        )
      )
      // Values near 1000 have steps of 6e-5; the moments themselves may not add to that. What a
      // one-pass formula in single precision leaves is above 1e-2.
      #expect(error < 1e-4)
    }
  }

  @Test("bfloat16 agrees to 2e-2")
  func bfloat16() async throws {
    try await onDevice {
      let values = random(32 * 300, seed: 12, in: -3...5)
      let scale = random(32, seed: 13, in: 0.5...2)
      let shift = random(32, seed: 14)
      let residual = random(values.count, seed: 15)
      let x = try Tensor(values, shape: [1, 32, 3, 10, 10], type: .bfloat16)
      try x.normalizeAndActivate(
        scale: scale,
        shift: shift,
        epsilon: 1e-5,
        residual: Tensor(residual, shape: [1, 32, 3, 10, 10], type: .bfloat16),
        slope: 0.01
      )
      let error = relativeError(
        try x.values(),
        expected(
          values,
          residual: residual,
          channels: 32,
          voxels: 300,
          scale: scale,
          shift: shift,
          epsilon: 1e-5,
          slope: 0.01
        )
      )
      #expect(error < 2e-2)
    }
  }

  @Test("A constant channel becomes its shift")
  func constant() async throws {
    try await onDevice {
      let x = try Tensor([Float](repeating: 42, count: 8 * 64), shape: [1, 8, 4, 4, 4])
      try x.normalizeAndActivate(
        scale: .init(repeating: 3, count: 8),
        shift: (0..<8).map { Float($0) + 0.5 },
        epsilon: 1e-5,
        slope: 0.01
      )
      let values = try x.values()
      for channel in 0..<8 {
        #expect(
          values[channel * 64..<(channel + 1) * 64].allSatisfy {
            abs($0 - Float(channel) - 0.5) < 1e-5
          }
        )
      }
    }
  }
}
