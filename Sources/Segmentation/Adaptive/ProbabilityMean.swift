import Anatomy
import Foundation
import VolumeFiles
import Volumes

/// The sum of several runs' probabilities, structure by structure.
struct ProbabilityMean {
  private let scheme: LabelScheme
  private let grid: VoxelGrid
  private var sums: [[Float]]
  private var count: Float = 0

  init(scheme: LabelScheme, grid: VoxelGrid) {
    self.scheme = scheme
    self.grid = grid
    sums = scheme.entries.map { _ in [Float](repeating: 0, count: grid.count) }
  }

  /// Adds the files that a run left: `NAME.nii.gz` for each structure.
  mutating func add(_ folder: URL) throws(VolumeFileError) {
    for (index, entry) in scheme.entries.enumerated() {
      let volume = try readVolume(at: folder.appending(path: "\(entry.name).nii.gz"))
      volume.withUnsafeVoxels { voxels in
        for place in voxels.indices { sums[index][place] += voxels[place] }
      }
    }
    count += 1
  }

  /// For each voxel the most probable class, background among them; the first of equal ones.
  var labels: LabelMap {
    var map = LabelMap(repeating: 0, grid: grid)
    map.withUnsafeMutableVoxels { voxels in
      for place in voxels.indices {
        var best = count - sums.reduce(0) { $0 + $1[place] }
        for (index, entry) in scheme.entries.enumerated() where sums[index][place] > best {
          best = sums[index][place]
          voxels[place] = entry.label
        }
      }
    }
    return map
  }

  /// The entropy of the mean probabilities over that of a toss-up between all classes, 0 to 1.
  var uncertainty: Volume<Float> {
    let toss = Float(log(Double(scheme.entries.count + 1)))
    var result = Volume<Float>(repeating: 0, grid: grid)
    result.withUnsafeMutableVoxels { voxels in
      for place in voxels.indices {
        var rest: Float = 1
        var entropy: Float = 0
        for sum in sums {
          let share = sum[place] / count
          rest -= share
          if share > 0 { entropy -= share * log(share) }
        }
        if rest > 0 { entropy -= rest * log(rest) }
        voxels[place] = min(1, max(0, entropy / toss))
      }
    }
    return result
  }
}

extension ProbabilityMean? {
  /// Adds a run's files, the first of which make room.
  mutating func add(_ folder: URL, scheme: LabelScheme, grid: VoxelGrid) throws(VolumeFileError) {
    var mean = self ?? ProbabilityMean(scheme: scheme, grid: grid)
    self = nil
    try mean.add(folder)
    self = mean
    try? FileManager.default.removeItem(at: folder)
  }
}

/// A folder of its own that goes away with its value.
final class PrivateFiles {
  let url = FileManager.default.temporaryDirectory.appending(path: "delineate-\(UUID().uuidString)")

  init() throws(AdaptError) {
    do {
      try FileManager.default.createDirectory(
        at: url,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
    } catch {
      throw .unwritable(file: "A temporary folder")
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
