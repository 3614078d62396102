public import Foundation

/// What a folder of DICOM files holds: patients, studies and series, from headers alone.
public struct StudyIndex: Sendable {
  /// A series: objects of one kind that belong together.
  public struct Series: Sendable {
    /// Series Instance UID.
    public let uid: String
    /// Study Instance UID.
    public let studyUID: String
    /// Which patient it is, as a number within the index: names and identifiers are not shown.
    public let patient: Int
    /// Modality: "CT", "MR", "RTSTRUCT".
    public let modality: String
    /// Series Number.
    public let number: Int?
    /// Series Description.
    public let description: String
    /// Frame of Reference UID; empty where there is none.
    public let frameOfReference: String
    /// The number of objects.
    public var count: Int { headers.count }
    let headers: [InstanceHeader]
  }

  /// A file that is not a sound DICOM object.
  public struct Refusal: Sendable {
    /// The file's name.
    public let file: String
    /// One sentence.
    public let reason: String
  }

  /// The series, by patient, study, modality and number.
  public let series: [Series]
  /// DICOM files that could not be read.
  public let refused: [Refusal]
  /// The number of files that are not DICOM.
  public let otherFiles: Int
  let name: String

  /// Reads the headers of all files of a folder and the folders in it, or of one file.
  /// - Throws: ``DICOMObjectError`` where the folder cannot be listed.
  public init(at url: URL) throws(DICOMObjectError) {
    name = url.lastPathComponent
    var headers: [InstanceHeader] = []
    var refused: [Refusal] = []
    var others = 0
    let files = try DICOMFiles.all(at: url)
    for start in stride(from: 0, to: files.count, by: Self.batch) {
      var batch: [(name: String, bytes: Data)] = []
      for file in files[start..<min(start + Self.batch, files.count)] {
        let name = file.lastPathComponent
        do throws(DICOMObjectError) {
          let bytes = try DICOMFiles.contents(of: file)
          if DICOMFiles.looksLikeDICOM(bytes) { batch.append((name, bytes)) } else { others += 1 }
        } catch {
          refused.append(Refusal(file: name, reason: "\(error)"))
        }
      }
      let objects = DICOMObject.read(batch, stoppingAtPixels: true)
      for (file, object) in zip(batch, objects) {
        switch object {
        case .success(let object): headers.append(InstanceHeader(object, file: file.name))
        case .failure(let error): refused.append(Refusal(file: file.name, reason: "\(error)"))
        }
      }
    }
    series = Self.grouped(headers)
    self.refused = refused
    otherFiles = others
  }

  /// How many files are in memory at once.
  private static let batch = 32

  private static func grouped(_ headers: [InstanceHeader]) -> [Series] {
    var patients: [String: Int] = [:]
    for header in headers {
      let key = header.patientID + "\0" + header.patientName
      patients[key] = patients[key] ?? patients.count + 1
    }
    let groups = Dictionary(grouping: headers) { [$0.studyUID, $0.seriesUID, $0.modality] }
    return groups.values.compactMap { group -> Series? in
      guard let first = group.first else { return nil }
      return Series(
        uid: first.seriesUID,
        studyUID: first.studyUID,
        patient: patients[first.patientID + "\0" + first.patientName] ?? 0,
        modality: first.modality,
        number: first.seriesNumber,
        description: first.seriesDescription,
        frameOfReference: first.frameOfReference,
        headers: group
      )
    }.sorted {
      ($0.patient, $0.studyUID, $0.modality, $0.number ?? 0, $0.uid)
        < ($1.patient, $1.studyUID, $1.modality, $1.number ?? 0, $1.uid)
    }
  }
}
