import Datasets
import Foundation
import ImageProcessing
import Models
import VolumeFiles
import Volumes

extension PreparedDataset {
  /// About how many bytes the preparation of a case needs at once, by the first scan's header.
  func memoryEstimate(of one: TrainingCase, plan: ModelPlan) -> Int {
    guard let first = one.scans.first, let grid = try? inspectFile(at: first).grid else {
      // A folder of slices: they are not compressed, or a little.
      let bytes = one.files.reduce(0) { $0 + Self.fileSize($1) }
      return bytes * 16
    }
    let voxels = Double(grid.count)
    let spacing = plan.preparation.spacing.reduce(1, *)
    let prepared = min(voxels * grid.voxelVolume / max(spacing, 1e-9), 1e12)
    let channels = Double(one.channels.count)
    // Scans and the file's own bytes, two label maps, masks; prepared scans and labels.
    let bytes =
      voxels * (4 * channels + 4 + 20) + prepared
      * (4 * Double(plan.preparation.channels.count) + 9)
    return Int(min(bytes, 1e15))
  }

  private static func fileSize(_ url: URL) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let files = names.isEmpty ? [url] : names.map { url.appending(path: $0) }
    return files.reduce(0) { sum, file in
      let size = try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
      return sum + (size ?? 0)
    }
  }
}

/// Memory that threads take shares of; who finds too little left waits until others give back.
final class MemoryBudget: Sendable {
  private struct State {
    var taken = 0
    var holders = 0
  }
  private let limit: Int
  private let condition = NSCondition()
  /// Guarded by the condition.
  private nonisolated(unsafe) var state = State()

  init(limit: Int) { self.limit = limit }

  /// Waits until the share fits, or nobody else holds one.
  func take(_ bytes: Int) -> Int {
    let share = min(max(bytes, 0), limit)
    condition.lock()
    defer { condition.unlock() }
    while state.holders > 0 && state.taken + share > limit { condition.wait() }
    state.taken += share
    state.holders += 1
    return share
  }

  /// Gives a share back.
  func giveBack(_ share: Int) {
    condition.lock()
    defer { condition.unlock() }
    state.taken -= share
    state.holders -= 1
    condition.broadcast()
  }
}
