import Anatomy
public import Foundation
import Models
import VolumeFiles
import Volumes

/// The HaN-Seg challenge's container: scans are read where grand-challenge puts them, and label maps
/// of the 30 organs written where it looks for them.
///
/// Reads `images/ct/*` and `images/t1-mri/*`, paired by their place in natural order; writes
/// `images/head_neck_oar/NAME`, the CT's name with `_seg` for `_CT`, compressed 8-bit on the CT's grid,
/// and `results.json`. The MR is laid on the CT before a model sees it, as ``SegmentationRequest/registration``
/// asks.
/// - SeeAlso: github.com/gasperpodobnik/HanSeg2023Algorithm, `custom_algorithm.py`.
public struct HaNSegContainer: Sendable {
  /// One patient's files.
  public struct Case: Hashable, Sendable {
    /// The CT.
    public var ct: URL
    /// The T1-weighted MR at the same place of its own folder; `nil` where there is none.
    public var mr: URL?

    /// The name of the label map.
    public var outputName: String {
      ct.lastPathComponent.replacingOccurrences(of: "_CT", with: "_seg")
    }
  }

  /// The folder that holds `images`.
  public let input: URL
  /// The folder that takes `images` and `results.json`.
  public let output: URL

  /// A container whose folders are elsewhere than at the root, for trying it out.
  public init(input: URL = URL(filePath: "/input"), output: URL = URL(filePath: "/output")) {
    self.input = input
    self.output = output
  }

  /// The patients to contour.
  /// - Throws: ``ChallengeError/noScans(folder:)`` where there is no CT.
  public func cases() throws(ChallengeError) -> [Case] {
    let cts = ChallengeFiles.scans(in: input.appending(path: "images/ct"))
    let mrs = ChallengeFiles.scans(in: input.appending(path: "images/t1-mri"))
    guard !cts.isEmpty else { throw .noScans(folder: "images/ct") }
    return cts.enumerated().map { Case(ct: $1, mr: mrs.indices.contains($0) ? mrs[$0] : nil) }
  }

  /// Contours every patient and writes the answers.
  ///
  /// A case that fails has its sentence in `results.json`, and the others are contoured all the same.
  /// - Parameters:
  ///   - settings: The model and how to run it; its inputs do not count.
  ///   - service: What runs the model.
  ///   - report: What a person who reads the container's log should know.
  ///   - progress: Called from the device thread.
  /// - Returns: What `results.json` holds.
  /// - Throws: ``ChallengeError`` where there is no case, the model does not fit the challenge, the
  ///   output cannot be written, or a case has no answer; ``ModelError``.
  public func run(
    _ settings: SegmentationRequest,
    on service: SegmentationService,
    report: ChallengeReport = { _ in },
    progress: @Sendable (SegmentationProgress) -> Void = { _ in }
  ) async throws -> [ChallengeEntry] {
    let plan = try inspectModel(at: settings.model).plan
    let labels = try Self.labels(of: plan)
    let scans = try CTAndMR(plan)
    if !labels.unasked.isEmpty {
      report("Not asked for, left out: \(labels.unasked.joined(separator: ", ")).")
    }
    if !labels.missing.isEmpty {
      report("Not in the model, empty: \(labels.missing.joined(separator: ", ")).")
    }
    let folder = output.appending(path: "images/head_neck_oar")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ChallengeError.unwritable(file: "images/head_neck_oar")
    }
    var entries: [ChallengeEntry] = []
    let cases = try cases()
    for one in cases {
      try Task.checkCancellation()
      var entry = one.entry
      let start = ContinuousClock.now
      do {
        var (request, note) = try scans.request(ct: one.ct, mr: one.mr, settings)
        entry.errors = note.map { [$0] } ?? []
        // The deadline is the case's; reading its MR has taken of it.
        if let deadline = request.prioritization?.deadline {
          request.prioritization?.deadline = max(1, deadline - seconds(since: start))
        }
        let result = try await service.segment(request, progress: progress)
        entry.errors += scans.note(on: result.report).map { [$0] } ?? []
        let place = folder.appending(path: one.outputName)
        try VolumeFiles.write(labels.relabeled(result.labelMap), scheme: nil, to: place)
        for warning in result.report.warnings { report(warning) }
      } catch {
        if Task.isCancelled { throw error }
        entry.outputs = []
        entry.errors.append("\(error)")
      }
      for note in entry.errors { report(note) }
      entries.append(entry)
      try ChallengeEntry.write(entries, to: output.appending(path: "results.json"))
    }
    let failed = entries.count { $0.outputs.isEmpty }
    guard failed == 0 else {
      throw ChallengeError.unanswered(count: failed, of: cases.count)
    }
    return entries
  }

  private static func labels(of plan: ModelPlan) throws(ChallengeError) -> ChallengeLabels {
    guard let challenge = LabelScheme(named: "hanseg") else {
      throw .noStructures(challenge: "HaN-Seg")
    }
    let labels = ChallengeLabels(of: plan.finishedLabels, in: challenge)
    guard !labels.numbers.isEmpty else { throw .noStructures(challenge: "HaN-Seg") }
    return labels
  }
}

extension HaNSegContainer.Case {
  /// The case's entry in `results.json`, in the interface's words.
  fileprivate var entry: ChallengeEntry {
    var inputs = [
      ChallengeEntry.Image(type: "metaio_ct_image", filename: ct.lastPathComponent)
    ]
    if let mr { inputs.append(.init(type: "metaio_mrt1_image", filename: mr.lastPathComponent)) }
    return ChallengeEntry(
      outputs: [.init(type: "metaio_image", filename: outputName)],
      inputs: inputs
    )
  }
}
