/// The file formats of volumes.
public enum VolumeFormat: String, Hashable, Sendable, Codable, CaseIterable {
  /// NIfTI-1: `.nii`, `.nii.gz`.
  case nifti = "NIfTI-1"
  /// NRRD: `.nrrd`, `.nhdr`, `.seg.nrrd`.
  case nrrd = "NRRD"
  /// MetaImage: `.mha`, `.mhd`.
  case metaImage = "MetaImage"
  /// A folder of DICOM slices.
  case dicom = "DICOM"
}

extension VolumeFormat: CustomStringConvertible {
  /// The name of the format.
  public var description: String { rawValue }
}

extension VolumeFormat {
  /// What the names of a format's files end in.
  var extensions: [String] {
    switch self {
    case .nifti: [".nii", ".nii.gz"]
    case .nrrd: [".nrrd", ".nhdr"]
    case .metaImage: [".mha", ".mhd"]
    case .dicom: [".dcm"]
    }
  }

  /// The format that a file name stands for; DICOM is never written.
  init?(fileName: String) {
    let name = fileName.lowercased()
    let match = [VolumeFormat.nifti, .nrrd, .metaImage].first { format in
      format.extensions.contains { name.hasSuffix($0) && name.count > $0.count }
    }
    guard let match else { return nil }
    self = match
  }
}
