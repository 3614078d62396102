public import Volumes

/// Why a volume file or DICOM series could not be read or written.
///
/// Files are named by their last path component only: folders of clinics carry patients' names.
public enum VolumeFileError: Error, Hashable {
  /// The file or folder cannot be opened; the system's words.
  case unreadable(file: String, reason: String)
  /// Neither the content nor the name is one of the formats.
  case unknownFormat(file: String)
  /// The content is of one format, the name of another.
  case nameMismatch(file: String, content: VolumeFormat, expected: [String])
  /// A header field is missing or not as the format demands.
  case badHeader(file: String, format: VolumeFormat, reason: String)
  /// The file is sound but holds something that is not read.
  case unsupported(file: String, reason: String)
  /// The file is sound but is not a field of vectors.
  case notVectors(file: String, reason: String)
  /// The file ends before its last voxel; counts are bytes of voxels.
  case truncated(file: String, expected: Int, found: Int)
  /// The compressed voxels are damaged.
  case damaged(file: String, reason: String)
  /// The header's numbers do not describe a grid.
  case badGrid(file: String, GridError)
  /// Voxels are not finite numbers; `first` is the index (i, j, k) of the first of `count`.
  case notFinite(file: String, count: Int, first: SIMD3<Int>)
  /// A label map holds a value that is not a label number; `at` is its index (i, j, k).
  case notALabel(file: String, value: Double, at: SIMD3<Int>)
  /// A file of one structure holds voxels of several numbers.
  case severalLabels(file: String, labels: [UInt16])
  /// The file cannot be written; the system's or the library's words.
  case unwritable(file: String, reason: String)
  /// The folder holds no DICOM series that can be read as a volume; `others` says what it holds.
  case noSeries(folder: String, others: String)
  /// No series of the folder is the one asked for.
  case seriesNotFound(folder: String, selector: String, available: [String])
  /// The series is not one volume.
  case badSeries(series: String, DICOMSeriesProblem)
}

extension VolumeFileError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)."
    case .unknownFormat(let file):
      "\(file) is not a NIfTI-1, NRRD or MetaImage file or a folder of DICOM files."
    case .nameMismatch(let file, let content, let expected):
      "\(file) holds \(content), so its name must end in \(expected.joined(separator: " or "))."
    case .badHeader(let file, let format, let reason):
      "\(file): the \(format) header is not valid: \(reason)."
    case .unsupported(let file, let reason):
      "\(file): \(reason); one 3D volume with one number per voxel is expected."
    case .notVectors(let file, let reason):
      "\(file): \(reason); a displacement field in NIfTI-1 or MetaImage is expected."
    case .truncated(let file, let expected, let found):
      "\(file): the header promises \(expected) bytes of voxels, the file holds \(found)."
    case .damaged(let file, let reason):
      "\(file): \(reason); an undamaged file is expected."
    case .badGrid(let file, let error):
      "\(file): \(error)"
    case .notFinite(let file, let count, let first):
      """
      \(file): \(count) voxels are not finite numbers, the first at \(indices(first)); every voxel \
      must be a number.
      """
    case .notALabel(let file, let value, let place):
      "\(file): the voxel at \(indices(place)) is \(value); labels are whole numbers from 0 to 65535."
    case .severalLabels(let file, let labels):
      """
      \(file) holds \(labels.count) labels (\(few(labels))); a mask of one structure holds 0 and one \
      other number.
      """
    case .unwritable(let file, let reason):
      "\(file) cannot be written: \(reason)."
    case .noSeries(let folder, let others):
      "\(folder) holds no DICOM image series (\(others)); CT or MR slices are expected."
    case .seriesNotFound(let folder, let selector, let available):
      "\(folder) has no series \(selector); there are: \(available.joined(separator: ", "))."
    case .badSeries(let series, let problem):
      "Series \(series): \(problem)"
    }
  }

  private func few(_ labels: [UInt16]) -> String {
    labels.prefix(5).map(String.init).joined(separator: ", ") + (labels.count > 5 ? ", …" : "")
  }

  private func indices(_ place: SIMD3<Int>) -> String { "(\(place.x), \(place.y), \(place.z))" }
}
