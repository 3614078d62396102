public import Foundation
public import Volumes

/// Which series of a DICOM folder to read.
public enum SeriesSelector: Hashable, Sendable {
  /// The series with this Series Instance UID.
  case uid(String)
  /// The series with this Series Number.
  case number(Int)
  /// The series of this modality with the most slices.
  case modality(String)

  /// A selector as a person writes it: a UID (digits and points), a number, or a modality.
  public init(_ text: String) {
    if let number = plainInteger(text) {
      self = .number(number)
    } else if text.contains(".") {
      self = .uid(text)
    } else {
      self = .modality(text.uppercased())
    }
  }
}

extension SeriesSelector: CustomStringConvertible {
  /// The selector as a person writes it.
  public var description: String {
    switch self {
    case .uid(let uid): uid
    case .number(let number): "\(number)"
    case .modality(let modality): modality
    }
  }
}

/// Where a scan came from; no names, dates or descriptions.
public struct ScanSource: Hashable, Sendable, Codable {
  /// The format of the file or folder.
  public var format: VolumeFormat
  /// DICOM's modality, "CT" or "MR"; `nil` for the other formats.
  public var modality: String?
  /// The Series Instance UID; `nil` for the other formats.
  public var seriesUID: String?

  /// A source of this format; modality and series for DICOM only.
  public init(format: VolumeFormat, modality: String? = nil, seriesUID: String? = nil) {
    self.format = format
    self.modality = modality
    self.seriesUID = seriesUID
  }
}

/// A scan and where it came from.
public struct Scan: Sendable {
  /// The voxels; of CT, Hounsfield units.
  public var volume: Volume<Float>
  /// Where it came from.
  public var source: ScanSource

  /// A scan from a source.
  public init(volume: Volume<Float>, source: ScanSource) {
    self.volume = volume
    self.source = source
  }
}

/// Reads a scan from a file or a folder of DICOM slices.
///
/// Of a folder, the selected series is read; without a selector the CT series with the most slices,
/// or else the MR series with the most. A selector means nothing for a file.
/// - Throws: ``VolumeFileError``; a series that is not one volume is refused, not passed over.
public func readScan(
  at url: URL,
  series selector: SeriesSelector? = nil
) throws(VolumeFileError) -> Scan {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
    let series = try chooseSeries(in: url, selector)
    return Scan(
      volume: try readSeries(series),
      source: ScanSource(format: .dicom, modality: series.modality, seriesUID: series.uid)
    )
  }
  let header = try readHeader(at: url)
  return Scan(
    volume: try readVolumeFile(header, at: url),
    source: ScanSource(format: header.format)
  )
}

/// The series that a selector, or the order CT before MR, points to.
private func chooseSeries(
  in folder: URL,
  _ selector: SeriesSelector?
) throws(VolumeFileError) -> DICOMSeries {
  let name = folder.lastPathComponent
  let (series, others) = try scanFolder(folder)
  guard !series.isEmpty else { throw .noSeries(folder: name, others: others) }
  let found: DICOMSeries?
  switch selector {
  case .uid(let uid): found = series.first { $0.uid == uid }
  case .number(let number): found = series.first { $0.number == number }
  case .modality(let modality): found = series.first { $0.modality == modality }
  case nil:
    found = series.first { $0.modality == "CT" } ?? series.first { $0.modality == "MR" }
  }
  let available = series.map { "\($0.label) (\($0.modality), \($0.sliceCount) slices)" }
  guard let found else {
    throw .seriesNotFound(
      folder: name,
      selector: selector.map { "\($0)" } ?? "CT or MR",
      available: available
    )
  }
  return found
}
