import NeuralNetworks
import Randomness

/// Which modality of several is left out, so that the network also works without it.
struct ModalityDropout: Codable, Hashable, Sendable {
  /// The modality; its channels are known to the network's plan.
  var modality: Int

  /// Draws one of the modalities with its probability, or none.
  init?(probabilities: [Double], using generator: inout SeededGenerator) {
    var place = generator.nextUnit()
    for (modality, probability) in probabilities.enumerated() {
      if place < probability {
        self.modality = modality
        return
      }
      place -= probability
    }
    return nil
  }
}

extension M3NetPlan {
  /// The channels of each modality.
  var channelRanges: [Range<Int>] {
    var first = 0
    return modalities.map { modality in
      defer { first += modality.channels }
      return first..<first + modality.channels
    }
  }
}

extension Patch {
  /// The modalities of a network of which this patch shows nothing: their channels' voxels span less
  /// than a thousandth.
  func absentModalities(of network: M3NetPlan) -> [Range<Int>] {
    let count = labels.count
    return network.channelRanges.filter { channels in
      channels.allSatisfy { channel in
        var (low, high) = (Float.infinity, -Float.infinity)
        for voxel in image[channel * count..<(channel + 1) * count] {
          low = min(low, voxel)
          high = max(high, voxel)
        }
        return !(high - low > 1e-3)
      }
    }
  }

  /// Sets channels to 0.
  mutating func leaveOut(_ channels: Range<Int>) {
    for channel in channels where channel < channelCount {
      withChannel(channel) { $0.update(repeating: 0) }
    }
  }
}
