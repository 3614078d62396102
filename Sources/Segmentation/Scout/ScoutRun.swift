import Anatomy
import Foundation
import ImageProcessing
import Inference
import Models
import NeuralNetworks
import Preprocessing
import Volumes

/// A model's scout: its network, and what its labels stand for.
struct Scout {
  let model: LoadedModel
  let plan: ScoutPlan

  /// What the scout gave, and what it took.
  struct Look {
    let answer: ScoutAnswer
    let windows: Int
  }

  /// A scout for a model.
  /// - Throws: ``ScoutError`` where it was made for another one.
  init(model: LoadedModel, plan: ScoutPlan, for fine: ModelPlan) throws(ScoutError) {
    let known = Set(plan.regions.flatMap(\.structures).map(\.name))
    let unknown = fine.labels.entries.map(\.name).filter { !known.contains($0) }
    guard unknown.isEmpty else { throw .otherStructures(unknown: unknown) }
    let labels = Set(model.plan.labels.entries.map(\.label))
    for structure in plan.regions.flatMap(\.structures) where !labels.contains(structure.label) {
      throw .otherModel(reason: "no label \(structure.label) for \(structure.name)")
    }
    for channel in model.plan.channelNames where Self.place(of: channel, in: fine) == nil {
      throw .otherModel(reason: "it looks at \(channel), which the model does not")
    }
    guard model.plan.previousStage == nil else {
      throw .otherModel(reason: "it is the second stage of a cascade")
    }
    self.model = model
    self.plan = plan
  }

  private static func place(of channel: String, in fine: ModelPlan) -> Int? {
    fine.channelNames.firstIndex { $0.lowercased() == channel.lowercased() }
  }

  /// Looks at a scan.
  /// - Parameters:
  ///   - channels: The scans in the order of the model that the scout serves.
  ///   - fine: That model's plan.
  ///   - threads: How many threads work.
  /// - Returns: Coarse labels.
  /// - Throws: The error of the stage that failed.
  func look(
    at channels: [Volume<Float>?],
    of fine: ModelPlan,
    threads: Int
  ) throws -> Look {
    let seen = model.plan.channelNames.compactMap { Self.place(of: $0, in: fine) }
      .map { channels[$0] }
    let prepared = try prepare(seen, plan: model.plan.preparation, threads: threads)
    let size = prepared.size
    let spacing = model.plan.preparation.spacing
    // The answer stays on the coarse grid.
    let coarse = GridRestoration(
      originalGrid: try VoxelGrid(
        size: [size[2], size[1], size[0]],
        spacing: [spacing[2], spacing[1], spacing[0]]
      ),
      transposeForward: [0, 1, 2],
      box: size.map { 0..<$0 },
      preparedSize: size,
      separateAxis: nil,
      logitResampling: model.plan.preparation.logitResampling
    )
    let result = try Inference.segment(
      PreparedCase(
        channelCount: prepared.channelCount,
        size: size,
        voxels: prepared.voxels,
        restoration: coarse
      ),
      folds: model.foldNames.count,
      options: SlidingWindowOptions(
        windowSize: model.plan.patchSize,
        decision: model.plan.outputs.decision,
        placement: model.key.placement
      ),
      network: { fold throws(InferenceError) in try model.network(fold: fold) }
    )
    return Look(
      answer: ScoutAnswer(labels: result.labelMap, restoration: prepared.restoration),
      windows: result.windows
    )
  }
}
