public import Adaptation
public import Anatomy
import DICOMStudies
import Foundation
public import Registration
public import VolumeFiles
public import Volumes

/// What is known of a patient from before, laid on the later scan: as files gave it, or registered.
public struct AdaptGuidance: Sendable {
  /// The later scan, and what guides its network.
  public let prior: PriorGuidance
  /// Where the later scan came from.
  public let source: ScanSource
  /// How the earlier scan was laid on the later one; `nil` where it lay there already.
  public let registration: RegistrationResult?
  /// The earlier scan as it was taken; `nil` where it was not registered here.
  public let earlier: Volume<Float>?
  /// Sentences that whoever uses the result must know.
  public let notes: [String]

  /// Guidance that lies on the later scan already.
  public init(
    prior: PriorGuidance,
    source: ScanSource = ScanSource(format: .nifti),
    notes: [String] = []
  ) {
    self.init(prior: prior, source: source, registration: nil, earlier: nil, notes: notes)
  }

  init(
    prior: PriorGuidance,
    source: ScanSource,
    registration: RegistrationResult?,
    earlier: Volume<Float>?,
    notes: [String]
  ) {
    self.prior = prior
    self.source = source
    self.registration = registration
    self.earlier = earlier
    self.notes = notes
  }
}

extension AdaptRequest {
  /// Reads what is known from before, and registers it where it does not lie on the later scan yet.
  ///
  /// Where a registration fails, its files are written for a person to look at (``stepsFolder``) and
  /// nothing goes on: contours in the wrong place guide to wrong contours.
  /// - Parameters:
  ///   - scheme: The structures that count, with their numbers; HNTS-MRG's where it is `nil`.
  ///   - progress: Called at each step of a registration.
  ///   - isCancelled: Asked often while a registration runs.
  /// - Returns: The guidance on the later scan's grid.
  /// - Throws: `VolumeFileError`, ``AdaptError``, `AdaptationError`, `DICOMObjectError`.
  public func guidance(
    for scheme: LabelScheme? = nil,
    progress: @escaping @Sendable (RegistrationProgress) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> AdaptGuidance {
    let scan = try readScan(at: later)
    let before = try isRegistered ? nil : earlier.map { try readScan(at: $0) }
    let earlierSeries = try images(of: before, at: earlier)
    let laterSeries =
      before == nil || earlierSeries != nil ? try images(of: scan, at: later) : nil
    // Of two DICOM studies the dates say which is earlier.
    if let day = earlierSeries?.studyDate, let other = laterSeries?.studyDate, day > other {
      throw AdaptError.exchangedScans
    }
    let read = try readTumorContours(
      at: contours,
      for: scheme,
      on: (before ?? scan).volume.grid,
      series: before == nil ? laterSeries : earlierSeries
    )
    guard let before else {
      let prior = try PriorGuidance(
        later: scan.volume,
        contours: read.contours,
        scheme: read.scheme,
        earlier: earlier.map { try readScan(at: $0).volume }
      )
      return AdaptGuidance(prior: prior, source: scan.source, notes: read.notes)
    }
    let found = try propagate(
      before.volume,
      contours: read.contours,
      scheme: read.scheme,
      onto: scan.volume,
      threads: settings.threads ?? ProcessInfo.processInfo.activeProcessorCount,
      progress: progress,
      isCancelled: isCancelled
    )
    let verdict = found.registration.verdict
    let doubts =
      verdict.judgment == .trusted
      ? [] : verdict.reasons.map { "The registration is \(verdict.judgment.rawValue): \($0)" }
    let guidance = AdaptGuidance(
      prior: found.guidance,
      source: scan.source,
      registration: found.registration,
      earlier: before.volume,
      notes: doubts + found.notes + read.notes
    )
    try AdaptSteps(folder: stepsFolder)?.write(guidance)
    guard verdict.judgment != .failed else {
      throw AdaptError.registrationFailed(reasons: verdict.reasons)
    }
    return guidance
  }

  /// The images that a scan was read from, where those were DICOM files.
  private func images(of scan: Scan?, at place: URL?) throws -> ImageSeries? {
    guard let place, let uid = scan?.source.seriesUID else { return nil }
    return try ImageSeries.read(in: place, uid: uid)
  }
}
