import Anatomy
public import Foundation
import Models
import VolumeFiles
import Volumes

/// The HNTS-MRG 2024 challenge's container: MR scans of one patient in, primary tumor and lymph nodes
/// out.
///
/// Task 1 contours the scan before radiotherapy, task 2 the one in its middle; task 2 is also given the
/// earlier scan and contours, as they were and registered, and runs adaptive models as
/// ``SegmentationService/adapt(_:guidance:progress:)`` does. Writes
/// `images/mri-head-neck-segmentation/output.mha`, compressed 8-bit on the contoured scan's grid.
/// - SeeAlso: hntsmrg24.grand-challenge.org, and `Documentation/Challenges.md`.
public struct HNTSMRGContainer: Sendable {
  /// What the challenge asks for.
  public enum Task: Int, Sendable, Hashable, CaseIterable {
    /// Contours before radiotherapy.
    case preRT = 1
    /// Contours in the middle of radiotherapy.
    case midRT = 2

    /// The interface's folder for each of a model's channels, by the channel's name; the scan to
    /// contour comes first.
    var folders: [(channel: String, folder: String)] {
      switch self {
      case .preRT: [("T2", "pre-rt-t2w-head-neck")]
      case .midRT: [("T2", Self.laterScan), ("T2_prior", Self.earlierScan)]
      }
    }

    static let laterScan = "mid-rt-t2w-head-neck"
    static let earlierScan = "registered-pre-rt-head-neck"
    static let earlierContours = "registered-pre-rt-head-neck-segmentation"
  }

  /// The folder that holds `images`.
  public let input: URL
  /// The folder that takes `images`.
  public let output: URL
  /// What is asked for.
  public let task: Task

  /// A container whose folders are elsewhere than at the root, for trying it out.
  public init(
    task: Task,
    input: URL = URL(filePath: "/input"),
    output: URL = URL(filePath: "/output")
  ) {
    self.task = task
    self.input = input
    self.output = output
  }

  /// Contours the patient and writes the answer.
  /// - Parameters:
  ///   - settings: The model and how to run it; its inputs do not count.
  ///   - service: What runs the model.
  ///   - report: What a person who reads the container's log should know.
  ///   - progress: Called from the device thread.
  /// - Returns: The file that was written.
  /// - Throws: ``ChallengeError`` where a scan that the model needs is missing or not alone, or the model
  ///   does not fit the challenge; the error of the stage that failed.
  public func run(
    _ settings: SegmentationRequest,
    on service: SegmentationService,
    report: ChallengeReport = { _ in },
    progress: @Sendable (SegmentationProgress) -> Void = { _ in }
  ) async throws -> URL {
    let plan = try inspectModel(at: settings.model).plan
    guard let challenge = LabelScheme(named: "hntsmrg") else {
      throw ChallengeError.noStructures(challenge: "HNTS-MRG")
    }
    let labels = ChallengeLabels(of: plan.finishedLabels, in: challenge)
    guard !labels.numbers.isEmpty else {
      throw ChallengeError.noStructures(challenge: "HNTS-MRG")
    }
    if !labels.unasked.isEmpty {
      report("Not asked for, left out: \(labels.unasked.joined(separator: ", ")).")
    }
    if !labels.missing.isEmpty {
      report("Not in the model, empty: \(labels.missing.joined(separator: ", ")).")
    }
    let result = try await contours(by: plan, settings, on: service, progress: progress)
    for warning in result.report.warnings { report(warning) }
    let folder = output.appending(path: "images/mri-head-neck-segmentation")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ChallengeError.unwritable(file: "images/mri-head-neck-segmentation")
    }
    let place = folder.appending(path: "output.mha")
    try VolumeFiles.write(labels.relabeled(result.labelMap), scheme: nil, to: place)
    return place
  }

  /// Contours by what suits the model: task 2 is given what adaptive ones look at.
  private func contours(
    by plan: ModelPlan,
    _ settings: SegmentationRequest,
    on service: SegmentationService,
    progress: @Sendable (SegmentationProgress) -> Void
  ) async throws -> SegmentationResult {
    guard task == .midRT, (try? adaptiveChannels(of: plan)) != nil else {
      var request = settings
      request.inputs = try scans(for: plan)
      request.missingChannels = []
      return try await service.segment(request, progress: progress)
    }
    let request = AdaptRequest(
      later: try onlyScan(in: Task.laterScan),
      contours: try onlyScan(in: Task.earlierContours),
      earlier: try onlyScan(in: Task.earlierScan),
      settings: settings
    )
    let guidance = try request.guidance(for: plan.labels)
    return try await service.adapt(request, guidance: guidance, progress: progress).segmentation
  }

  /// The files of a model's channels, in its order.
  private func scans(for plan: ModelPlan) throws(ChallengeError) -> [URL] {
    let folders = task.folders
    var scans: [URL] = []
    for channel in plan.channelNames {
      let match = folders.first { $0.channel.lowercased() == channel.lowercased() }
      // A model of one scan sees the one to contour, whatever its channel is called.
      let only = plan.channelNames.count == 1 ? folders.first : nil
      guard let folder = (match ?? only)?.folder else {
        throw .otherScans(needed: plan.channelNames, given: folders.map(\.channel))
      }
      scans.append(try onlyScan(in: folder))
    }
    return scans
  }

  private func onlyScan(in folder: String) throws(ChallengeError) -> URL {
    let files = ChallengeFiles.scans(in: input.appending(path: "images/\(folder)"))
    guard let file = files.first else { throw .noScans(folder: "images/\(folder)") }
    guard files.count == 1 else {
      throw .severalPatients(folder: "images/\(folder)", count: files.count)
    }
    return file
  }
}
