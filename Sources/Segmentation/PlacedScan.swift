import Foundation
import ImageProcessing
import Registration
import VolumeFiles
import Volumes

/// A scan on the contoured scan's grid, or why it is not there.
struct PlacedScan {
  /// The scan there; `nil` where it cannot be used.
  var volume: Volume<Float>?
  /// From points of the contoured scan to points of this one.
  var transform = SpatialTransform.identity
  /// How it came there.
  var fate: ScanUse.Fate
  /// Why it cannot be used, or why to look at it.
  var reasons: [String] = []
  /// What its registration's verdict rests on.
  var measures: RegistrationVerdict.Measures?

  /// A scan that is not used.
  static func leftOut(
    _ reasons: [String],
    measures: RegistrationVerdict.Measures? = nil
  ) -> PlacedScan {
    PlacedScan(volume: nil, fate: .leftOut, reasons: reasons, measures: measures)
  }
}

extension Scan {
  /// The scan where its header puts it in the patient; between voxels linearly.
  func positioned(on grid: VoxelGrid, threads: Int) -> PlacedScan {
    guard !grid.matches(volume.grid) else { return PlacedScan(volume: volume, fate: .given) }
    if let defect { return .leftOut([defect]) }
    var result = resampled(volume, onto: grid, outside: .nan, threads: threads)
    let isCovered = result.replaceNaN(by: outside)
    guard isCovered else { return .leftOut(["It lies wholly outside the scan's field of view."]) }
    return PlacedScan(volume: result, fate: .positioned)
  }

  /// The scan laid on another one of the same patient.
  /// - Throws: ``RegistrationError`` where it is not the scans' fault: elastix is missing, its files
  ///   cannot be exchanged, the task was cancelled.
  func registered(
    with fixed: Scan,
    _ kind: RegistrationKind,
    threads: Int
  ) throws(RegistrationError) -> PlacedScan {
    if let defect { return .leftOut([defect]) }
    var request = RegistrationRequest(fixed: fixed.volume, moving: volume, kind: kind)
    request.fixedContrast = fixed.isCT ? .ct : .mr
    request.movingContrast = isCT ? .ct : .mr
    request.threads = threads
    let result: RegistrationResult
    do {
      result = try register(request)
    } catch {
      switch error {
      case .constant, .tooThin, .noOverlap, .badMask, .programFailed:
        return .leftOut(["\(error)"])
      case .missingProgram, .files, .cancelled:
        throw error
      }
    }
    let verdict = result.verdict
    guard verdict.judgment != .failed else {
      return .leftOut(verdict.reasons, measures: verdict.measures)
    }
    let moved = result.transform.resampled(
      volume,
      onto: fixed.volume.grid,
      outside: outside,
      threads: threads
    )
    return PlacedScan(
      volume: moved,
      transform: result.transform,
      fate: verdict.judgment == .trusted ? .registered : .doubtful,
      reasons: verdict.reasons,
      measures: verdict.measures
    )
  }

  private var outside: Float { valueOutside(isCT: isCT) }

  /// Why nothing can be seen in the scan, if so.
  private var defect: String? {
    volume.withUnsafeVoxels { voxels in
      voxels.allSatisfy { $0 == voxels[0] } ? "It has one value everywhere." : nil
    }
  }
}

/// What is beyond a scan's field of view: air on CT, nothing on MR.
func valueOutside(isCT: Bool) -> Float { isCT ? -1024 : 0 }

extension Volume where Scalar == Float {
  /// Puts a value where there is none; tells whether there was any.
  fileprivate mutating func replaceNaN(by value: Float) -> Bool {
    var isCovered = false
    withUnsafeMutableVoxels { voxels in
      for index in voxels.indices {
        if voxels[index].isNaN { voxels[index] = value } else { isCovered = true }
      }
    }
    return isCovered
  }
}
