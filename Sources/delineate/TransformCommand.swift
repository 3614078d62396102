import ArgumentParser
import Foundation
import Registration
import VolumeFiles
import Volumes

/// `delineate transform`: stored transforms composed, inverted, converted and applied.
struct TransformCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transform",
    abstract: "Compose, invert, convert and apply transforms of space.",
    discussion: """
      A transform maps points of the fixed to points of the moving scan (LPS, mm): ITK's .tfm, \
      elastix's .txt, or a displacement field (.nii.gz, .mha). Several are composed, the first \
      applied first. OUTPUT's ending decides what is written: a transform, or with --apply a scan.

      EXAMPLES
        A scan through a stored transform, onto the fixed scan's grid:
          delineate transform aligned/transform.tfm --grid ct.nii.gz --apply mr.nii.gz \\
            --output mr_on_ct.nii.gz
        Contours from the CT back onto the MR:
          delineate transform aligned/transform.tfm --invert --grid mr.nii.gz \\
            --apply ct_contours.nii.gz --as-labels --output contours_on_mr.nii.gz
        Two transforms as one displacement field:
          delineate transform first.tfm second.tfm --grid ct.nii.gz --output both.mha
      """
  )

  @Argument(help: "The transforms, the first applied first.", completion: .file())
  var transforms: [String]

  @Option(help: "The file to write.", completion: .file())
  var output: String

  @Option(
    help: "A scan whose grid is the target's: needed by fields, --apply and --invert.",
    completion: .file()
  )
  var grid: String?

  @Flag(help: "Turn the direction round: from the moving to the fixed scan.")
  var invert = false

  @Option(help: "A scan or label map to resample onto the grid.", completion: .file())
  var apply: String?

  @Flag(help: "What is applied is a label map.")
  var asLabels = false

  @Option(help: "How label maps are read between voxels: nearest or probability.")
  var labels: LabelInterpolation = .probability

  @Option(help: "How scans are read between voxels: linear or cubic.")
  var interpolation: ScanInterpolation = .linear

  @Option(help: "The value of what is not shown; the scan's smallest one by default.")
  var outside: Float?

  @Option(help: "The number of processor threads; all cores by default.")
  var threads: Int?

  func validate() throws {
    guard !transforms.isEmpty else { throw ValidationError("At least one transform is needed.") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    if let outside, !outside.isFinite { throw ValidationError("--outside must be a number.") }
    if apply != nil, grid == nil { throw ValidationError("--apply needs --grid.") }
  }

  func run() throws {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    var whole: SpatialTransform?
    for path in transforms {
      let next = try readTransform(at: URL(filePath: path))
      whole = whole?.then(next) ?? next
    }
    guard var transform = whole else { return }
    let target = try grid.map { try readVolume(at: URL(filePath: $0)).grid }
    if invert {
      guard target != nil || transform.linear != nil else {
        throw ValidationError("--invert of a deformation needs --grid, the moving scan.")
      }
      transform = try transform.inverted(
        on: target ?? VoxelGrid(size: [1, 1, 1]),
        threads: threads
      )
    }
    let place = URL(filePath: output)
    if let apply, let target {
      try resample(URL(filePath: apply), transform, onto: target, to: place, threads: threads)
    } else {
      let isText = [".tfm", ".txt"].contains { output.lowercased().hasSuffix($0) }
      guard isText || target != nil else {
        throw ValidationError("A displacement field needs --grid.")
      }
      let fixedGrid = try target ?? VoxelGrid(size: [1, 1, 1])
      try Registration.write(transform, fixedGrid: fixedGrid, to: place, threads: threads)
    }
    print("Wrote \(place.relativePath)")
  }

  private func resample(
    _ input: URL,
    _ transform: SpatialTransform,
    onto grid: VoxelGrid,
    to place: URL,
    threads: Int
  ) throws {
    if asLabels {
      let file = try readLabelMap(at: input)
      let map = transform.resampled(
        file.labelMap,
        onto: grid,
        interpolation: labels,
        threads: threads
      )
      try VolumeFiles.write(map, scheme: file.scheme, to: place)
      return
    }
    let scan = try readVolume(at: input)
    let moved = transform.resampled(
      scan,
      onto: grid,
      interpolation: interpolation,
      outside: outside ?? scan.withUnsafeVoxels { $0.min() ?? 0 },
      threads: threads
    )
    try VolumeFiles.write(moved, to: place)
  }
}
