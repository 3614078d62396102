public import Anatomy
internal import Datasets
public import Foundation
internal import ImageProcessing
internal import SegmentationMetrics
internal import Synchronization
public import VolumeFiles
import Volumes

/// Patients at a later time point, and the methods that contoured them.
public struct TimePointRequest: Sendable {
  /// One patient.
  public struct Patient: Hashable, Sendable {
    /// The name of its files in a method's folder, without the ending.
    public var name: String
    /// The reference of the later scan: a label map.
    public var reference: URL
    /// The earlier contours on the later scan: a label map on the same grid.
    public var before: URL

    /// A patient from its parts.
    public init(name: String, reference: URL, before: URL) {
      self.name = name
      self.reference = reference
      self.before = before
    }
  }

  /// The patients.
  public var patients: [Patient]
  /// The methods' names and folders, one label map a patient.
  public var methods: [(name: String, folder: URL)]
  /// The structures that are compared, with their numbers in all label maps.
  public var scheme: LabelScheme
  /// How many threads work; at least one.
  public var threads = ProcessInfo.processInfo.activeProcessorCount

  /// The name under which the registered earlier contours stand among the methods: what any must beat.
  public static let baseline = "earlier contours"

  /// A request from its parts.
  public init(
    patients: [Patient],
    methods: [(name: String, folder: URL)],
    scheme: LabelScheme
  ) {
    self.patients = patients
    self.methods = methods
    self.scheme = scheme
  }

  /// The patients of a folder in HNTS-MRG's layout, `ID/midRT/ID_midRT_mask.nii.gz` and so on.
  public static func patients(inRelease folder: URL) -> [Patient] {
    HNTSMRGPatient.all(in: folder, with: .later)
      .map { Patient(name: $0.name, reference: $0.mask(.later), before: $0.registeredMask) }
      .filter { FileManager.default.fileExists(atPath: $0.reference.path) }
  }

  /// The patients of two folders with label maps of the same names.
  public static func patients(references: URL, before: URL) -> [Patient] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: references.path)) ?? []
    return names.sorted(by: isInNaturalOrder).compactMap { file in
      let earlier = before.appending(path: file)
      guard let name = CaseFolder.stem(of: file),
        FileManager.default.fileExists(atPath: earlier.path)
      else { return nil }
      return Patient(name: name, reference: references.appending(path: file), before: earlier)
    }
  }
}

/// Why methods could not be compared.
public enum TimePointError: Error, Hashable {
  /// There are no patients.
  case noPatients
  /// A method lacks a patient's contours.
  case missing(patient: String, method: String)
  /// A file cannot be read.
  case unreadable(VolumeFileError)
  /// Contours lie on another grid than the reference.
  case otherGrid(patient: String, what: String)
}

extension TimePointError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .noPatients:
      "There is no patient to compare methods on; expected references and earlier contours of the "
        + "same names, or HNTS-MRG's layout."
    case .missing(let patient, let method):
      "\(method) has no contours of patient \(patient), expected a label map \(patient).nii.gz (.nrrd, "
        + ".mha); methods are compared on the same patients."
    case .unreadable(let error): error.description
    case .otherGrid(let patient, let what):
      "Patient \(patient): \(what) lie on another grid than the reference."
    }
  }
}

/// Compares methods on patients at a later time point; the earlier contours are the first of them.
/// - Parameters:
///   - request: The patients and methods.
///   - progress: Called with how many patients are done, from any thread.
/// - Returns: The study, the same for any number of threads.
/// - Throws: ``TimePointError`` for the first patient, in order, that cannot be compared.
public func compareTimePoints(
  _ request: TimePointRequest,
  progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
) throws(TimePointError) -> TimePointStudy {
  guard !request.patients.isEmpty else { throw .noPatients }
  typealias Outcomes = Result<[[TimePointOutcome]], TimePointError>
  let found = Mutex([Outcomes?](repeating: nil, count: request.patients.count))
  concurrently(request.patients.count, threads: max(1, request.threads)) { tickets in
    while let index = tickets.next() {
      let outcomes = Outcomes { () throws(TimePointError) in
        try request.outcomes(of: request.patients[index])
      }
      let done = found.withLock { found in
        found[index] = outcomes
        return found.count { $0 != nil }
      }
      progress(done, request.patients.count)
    }
  }
  var perMethod = [[TimePointOutcome]](repeating: [], count: request.methods.count + 1)
  for outcomes in found.withLock({ $0 }).compactMap({ $0 }) {
    for (method, own) in try outcomes.get().enumerated() { perMethod[method] += own }
  }
  let names = [TimePointRequest.baseline] + request.methods.map(\.name)
  return TimePointStudy(
    zip(names, perMethod).map { TimePointMethod(name: $0, outcomes: $1) },
    structures: request.scheme.entries.map(\.name)
  )
}

extension TimePointRequest {
  /// One patient's outcomes: for the earlier contours, then for each method, one a structure.
  fileprivate func outcomes(
    of patient: Patient
  ) throws(TimePointError) -> [[TimePointOutcome]] {
    let reference = try read(patient.reference)
    let before = try read(patient.before)
    guard before.grid.matches(reference.grid) else {
      throw .otherGrid(patient: patient.name, what: "the earlier contours")
    }
    let masks = [reference, before].map(masks(of:))
    func outcomes(_ found: [CroppedMask]) -> [TimePointOutcome] {
      self.outcomes(of: patient.name, found, reference: masks[0], before: masks[1])
    }
    var results = [outcomes(masks[1])]
    for (name, folder) in methods {
      guard let file = Self.file(of: patient.name, in: folder) else {
        throw .missing(patient: patient.name, method: name)
      }
      let map = try read(file)
      guard map.grid.matches(reference.grid) else {
        throw .otherGrid(patient: patient.name, what: "\(name)'s contours")
      }
      results.append(outcomes(self.masks(of: map)))
    }
    return results
  }

  /// The structures' masks, in the scheme's order.
  private func masks(of map: LabelMap) -> [CroppedMask] {
    scheme.entries.map { entry in CroppedMask(map.map { $0 == entry.label }) }
  }

  private func outcomes(
    of patient: String,
    _ found: [CroppedMask],
    reference: [CroppedMask],
    before: [CroppedMask]
  ) -> [TimePointOutcome] {
    let metrics: [Metric] = [.dice, .hausdorff(percentile: 95), .meanSurfaceDistance]
    return scheme.entries.enumerated().compactMap { index, entry in
      guard
        let pair = try? StructureComparison(
          reference: reference[index],
          prediction: found[index],
          metrics: metrics
        )
      else { return nil }
      return TimePointOutcome(
        caseName: patient,
        structure: entry.name,
        millilitersBefore: before[index].volume / 1000,
        millilitersNow: pair.overlap.referenceVolume / 1000,
        millilitersFound: pair.overlap.predictionVolume / 1000,
        millilitersCommon: pair.overlap.truePositiveVolume / 1000,
        dice: pair.value(of: .dice).value,
        hausdorff95: pair.value(of: metrics[1]).value,
        meanSurfaceDistance: pair.value(of: .meanSurfaceDistance).value
      )
    }
  }

  private func read(_ url: URL) throws(TimePointError) -> LabelMap {
    do throws(VolumeFileError) { return try readLabelMap(at: url).labelMap } catch {
      throw .unreadable(error)
    }
  }

  private static func file(of name: String, in folder: URL) -> URL? {
    CaseFolder.fileEndings.map { folder.appending(path: name + $0) }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}
