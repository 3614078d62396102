import Foundation
import NeuralNetworks

/// One resolution's network, patch and batch, by memory.
///
/// - SeeAlso: nnU-Net v2, `ExperimentPlanner.get_plans_for_configuration`.
struct PlannedConfiguration: Hashable {
  /// The target spacing in the network's axis order, in mm.
  var spacing: [Double]
  /// The median case's size on it.
  var medianShape: [Double]
  /// The patch.
  var patch: [Int]
  /// Patches a step.
  var batchSize: Int
  /// The network.
  var network: UNetPlan
  /// The share of the memory's measure that one patch takes; two patches fill it at 1.
  var memoryShare: Double
  /// How many patches the memory would take.
  var batchByMemory: Int
  /// How many patches hold the largest share of the data set that a batch may have.
  var batchByDataset: Int

  /// The share of the median case that a patch sees.
  var patchShare: Double {
    patch.reduce(1) { $0 * Double($1) } / medianShape.reduce(1, *)
  }
}

/// Plans configurations for one data set's channels and classes.
struct ConfigurationPlanner {
  var options: PlanningOptions
  var maskAttention: MaskAttentionPlan?
  var inputChannels: Int
  var outputChannels: Int
  var caseCount: Int

  /// A patch whose sides are alike in mm has this volume at first.
  private static let firstVolume = 256.0 * 256 * 256

  /// The configuration of a spacing, with the largest patch that fits the memory.
  /// - Parameters:
  ///   - spacing: In the network's axis order, in mm.
  ///   - medianShape: The median case's size on it.
  ///   - voxels: How many voxels the median case has; unlike the shape never rounded.
  /// - Returns: The configuration.
  /// - Throws: ``PlanningError`` where the cases or the memory are too small.
  func configuration(
    spacing: [Double],
    medianShape: [Double],
    voxels: Double
  ) throws(PlanningError) -> PlannedConfiguration {
    var topology: NetworkTopology
    if let told = options.patch {
      topology = NetworkTopology(spacing: spacing, patch: told.map(Double.init))
    } else {
      let inverse = spacing.map { 1 / $0 }
      let factor = pow(Self.firstVolume / inverse.reduce(1, *), 1.0 / 3)
      let first = zip(inverse, medianShape).map {
        min(($0 * factor).rounded(.toNearestOrEven), $1)
      }
      topology = NetworkTopology(spacing: spacing, patch: first)
    }
    let reference =
      options.preset.reference * options.plannedMemory / options.preset.memory
    var network = try network(topology, medianShape)
    var estimate = network.featureMapSize(patch: topology.patch)
    while options.patch == nil && estimate > reference {
      topology = try smaller(topology, spacing, medianShape)
      network = try self.network(topology, medianShape)
      estimate = network.featureMapSize(patch: topology.patch)
    }
    let patchVoxels = topology.patch.reduce(1) { $0 * Double($1) }
    let byMemory = (reference / estimate * 2).rounded(.toNearestOrEven)
    let byDataset =
      (voxels * Double(caseCount) * options.preset.largestShare / patchVoxels)
      .rounded(.toNearestOrEven)
    return PlannedConfiguration(
      spacing: spacing,
      medianShape: medianShape,
      patch: topology.patch,
      batchSize: options.batchSize ?? max(Int(min(byMemory, byDataset, 4096)), 2),
      network: network,
      memoryShare: estimate / reference,
      batchByMemory: Int(min(byMemory, 1e9)),
      batchByDataset: Int(min(byDataset, 1e9))
    )
  }

  /// The patch with its longest axis, relative to the median case, made shorter by one step.
  private func smaller(
    _ topology: NetworkTopology,
    _ spacing: [Double],
    _ medianShape: [Double]
  ) throws(PlanningError) -> NetworkTopology {
    var patch = topology.patch.map(Double.init)
    let ratios = zip(patch, medianShape).map { $0 / $1 }
    // The last of equals, as a stable sort leaves it.
    let axis = ratios.indices.reduce(0) { ratios[$1] >= ratios[$0] ? $1 : $0 }
    var shorter = patch
    shorter[axis] -= Double(topology.divisor[axis])
    // The step is that of the shorter patch: it may be halved once less.
    let divisor = NetworkTopology(spacing: spacing, patch: shorter).divisor
    patch[axis] -= Double(divisor[axis])
    let result = NetworkTopology(spacing: spacing, patch: patch)
    guard patch[axis] >= 1, result.strides.count > 1 else {
      throw .tooLittleMemory(gigabytes: options.plannedMemory, patch: topology.patch)
    }
    return result
  }

  private func network(
    _ topology: NetworkTopology,
    _ medianShape: [Double]
  ) throws(PlanningError) -> UNetPlan {
    let stages = topology.strides.count
    guard stages > 1 else { throw .tooSmall(medianShape: medianShape.map { Int($0) }) }
    return UNetPlan(
      encoder: options.preset.encoder,
      inputChannels: inputChannels,
      outputChannels: outputChannels,
      features: (0..<stages).map { min(10 * options.features, options.features << min($0, 8)) },
      kernels: topology.kernels,
      strides: topology.strides,
      encoderDepths: options.preset.encoderDepths(stages),
      decoderDepths: options.preset.decoderDepths(stages),
      maskAttention: maskAttention
    )
  }

  /// The coarser configuration on which a patch sees a quarter of the median case; `nil` where a
  /// patch of the full resolution does, or nearly.
  func lowResolution(
    of full: PlannedConfiguration
  ) throws(PlanningError) -> PlannedConfiguration? {
    var spacing = full.spacing
    var low: PlannedConfiguration?
    var voxels = full.medianShape.reduce(1, *)
    var patchVoxels = full.patch.reduce(1) { $0 * Double($1) }
    while patchVoxels / voxels < 0.25 {
      let coarsest = spacing.max() ?? 1
      let fine = spacing.indices.filter { coarsest / spacing[$0] > 2 }
      for axis in fine.isEmpty ? [0, 1, 2] : fine { spacing[axis] *= 1.03 }
      let shape = (0..<3).map { full.spacing[$0] / spacing[$0] * full.medianShape[$0] }
      voxels = shape.reduce(1, *)
      let made = try configuration(
        spacing: spacing,
        medianShape: shape.map { $0.rounded(.toNearestOrEven) },
        voxels: voxels
      )
      patchVoxels = made.patch.reduce(1) { $0 * Double($1) }
      low = made
    }
    return full.medianShape.reduce(1, *) / voxels < 2 ? nil : low
  }
}
