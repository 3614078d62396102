import Foundation
import VolumeFiles
import Volumes

/// One channel of a case, as read.
struct Scan: Sendable {
  let volume: Volume<Float>
  let isCT: Bool

  /// A scan from a file or a DICOM folder.
  init(reading url: URL, series: String?) throws {
    let scan = try readScan(at: url, series: series)
    volume = scan.volume
    isCT = scan.source.modality.map { $0 == "CT" } ?? Self.looksLikeCT(scan.volume)
  }

  /// Whether voxels of air are there, as only HU have them: files do not tell their modality.
  private static func looksLikeCT(_ volume: Volume<Float>) -> Bool {
    volume.withUnsafeVoxels { voxels in
      stride(from: 0, to: voxels.count, by: max(1, voxels.count / 100_000))
        .contains { voxels[$0] < -500 }
    }
  }
}
