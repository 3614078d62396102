import VolumeFiles
import Volumes

extension Scan {
  /// Whether the voxels are Hounsfield units.
  ///
  /// DICOM says so; the other formats do not tell their modality, but only HU have air below −500.
  var isCT: Bool {
    if let modality = source.modality { return modality == "CT" }
    return volume.withUnsafeVoxels { voxels in
      stride(from: 0, to: voxels.count, by: max(1, voxels.count / 100_000))
        .contains { voxels[$0] < -500 }
    }
  }
}
