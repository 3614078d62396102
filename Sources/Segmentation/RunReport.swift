import Foundation
public import Anatomy
public import VolumeFiles
public import Volumes

/// What a run did, for people and machines; `--json` prints it.
///
/// It names no file and no patient.
public struct RunReport: Codable, Sendable, Hashable {
  /// The versions of what computed.
  public var versions: [String: String]
  /// The model.
  public var model: ModelIdentity
  /// The grid of the scan and of the result.
  public var grid: Grid
  /// How the model was run.
  public var settings: Settings
  /// Windows run, and what covering the whole scan would have needed.
  public var windows: Windows
  /// Seconds by stage, in no order, and their "total".
  public var seconds: [String: Double]
  /// The largest resident size of the process, in MB of 10⁶ bytes.
  public var peakMemoryInMegabytes: Double
  /// What became of the scans beside the contoured one.
  public var scans: [ScanUse]
  /// The structures found or looked for.
  public var structures: [StructureSummary]
  /// What the reader should know before using the contours.
  public var warnings: [String]
  /// What the model's post-processing took away, rule by rule; empty where there is none.
  public var postprocessing: [Cleanup]

  /// One rule of the post-processing, as it was followed.
  public struct Cleanup: Codable, Sendable, Hashable {
    /// The structures whose largest part was kept.
    public var structures: [String]
    /// How many voxels became background.
    public var removedVoxels: Int
  }
  /// What the network's own registration did to the other scan, where it was asked for.
  public var registration: NetworkRegistration.Summary?
  /// Which organs came first, where windows were chosen by a scout.
  public var prioritization: PrioritizationReport?

  /// Which model ran.
  public struct ModelIdentity: Codable, Sendable, Hashable {
    /// The data set's name, and the configuration.
    public var name: String
    /// The trainer.
    public var trainer: String
    /// The SHA-256 of each fold's checkpoint, in the order of the folds.
    public var sha256: [String]
    /// The names of the folds.
    public var folds: [String]
  }

  /// A grid in numbers.
  public struct Grid: Codable, Sendable, Hashable {
    /// Voxels along i, j and k.
    public var size: [Int]
    /// Millimeters between voxel centers.
    public var spacing: [Double]
    /// The center of voxel (0, 0, 0) in LPS, mm.
    public var origin: [Double]
    /// Where i, j and k point, as letters.
    public var orientation: String

    init(_ grid: VoxelGrid) {
      size = [grid.size.x, grid.size.y, grid.size.z]
      spacing = [grid.spacing.x, grid.spacing.y, grid.spacing.z]
      origin = [grid.origin.x, grid.origin.y, grid.origin.z]
      orientation = grid.orientation
    }
  }

  /// How the model was run.
  public struct Settings: Codable, Sendable, Hashable {
    /// fp32 or bf16.
    public var precision: String
    /// cpu or cuda.
    public var device: String
    /// Threads used.
    public var threads: Int
    /// The axes (0 D, 1 H, 2 W of the network) mirrored over.
    public var mirroringAxes: [Int]
    /// The distance between windows as a part of a window.
    public var step: Double
    /// nnunet or body.
    public var windowPlacement: String
  }

  /// Counts of windows.
  public struct Windows: Codable, Sendable, Hashable {
    /// Windows run, for one fold and without mirrorings.
    public var run: Int
    /// Windows that cover the whole scan.
    public var possible: Int
  }

  /// One structure of the result.
  public struct StructureSummary: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// The number in the label map.
    public var label: UInt16
    /// Voxels of the label map.
    public var voxels: Int
    /// Milliliters.
    public var volumeInMilliliters: Double
    /// How far it was contoured, where windows were chosen by a scout.
    public var state: StructureState?
  }
}

/// Contours, and everything that tells how they came about.
public struct SegmentationResult: Sendable {
  /// The labels on the scan's own grid.
  public let labelMap: LabelMap
  /// What the labels stand for.
  public let scheme: LabelScheme
  /// The scan that the contours lie on, HU where it is a CT.
  public let scan: Volume<Float>
  /// Whether it is a CT; pictures choose their window by it.
  public let isCT: Bool
  /// Where it came from.
  public let source: ScanSource
  /// The other scans that were used, on its grid.
  public let others: [AlignedScan]
  /// What the network's own registration makes of one of them, where it was asked for.
  public let registration: NetworkRegistration?
  /// What the run did.
  public let report: RunReport
}

/// The largest resident size of this process so far, in MB of 10⁶ bytes.
func peakMemoryInMegabytes() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) * 1024 / 1_000_000
}
