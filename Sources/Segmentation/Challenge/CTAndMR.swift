import Foundation
import Models
import VolumeFiles

/// A model of a CT, or of a CT and an MR that is laid on it.
struct CTAndMR {
  private let channels: [String]
  private let ct: String
  /// The MR's channel; `nil` of a model that sees none.
  private let mr: String?
  private let isMROptional: Bool

  /// Tells a model's channels apart by their names.
  /// - Throws: ``ChallengeError/otherScans(needed:given:)`` where they are not a CT and at most one
  ///   other scan.
  init(_ plan: ModelPlan) throws(ChallengeError) {
    channels = plan.channelNames
    let others = channels.filter { !$0.uppercased().hasPrefix("CT") }
    guard let ct = channels.first(where: { !others.contains($0) }),
      others.count <= 1, channels.count == others.count + 1
    else { throw .otherScans(needed: channels, given: ["CT", "MR_T1"]) }
    self.ct = ct
    mr = others.first
    isMROptional = others.first.map { plan.optionalChannels?.contains($0) == true } ?? true
  }

  /// What to run for a patient.
  /// - Parameters:
  ///   - ctFile: The CT.
  ///   - mrFile: The MR as it was taken, if any.
  ///   - settings: The model and how to run it.
  /// - Returns: The request, and a sentence where the MR is not used although the model could.
  /// - Throws: Where the MR cannot be read and the model needs it.
  func request(
    ct ctFile: URL,
    mr mrFile: URL?,
    _ settings: SegmentationRequest
  ) throws -> (request: SegmentationRequest, note: String?) {
    var files = [ct: ctFile]
    var note: String?
    if let mr {
      do {
        files[mr] = try readable(mrFile)
      } catch {
        guard isMROptional else { throw error }
        note = Self.note("\(error)")
      }
    }
    var request = settings
    request.contouredChannel = ct
    request.inputs = channels.compactMap { files[$0] }
    request.missingChannels = channels.filter { files[$0] == nil }
    return (request, note)
  }

  /// A sentence where a run left the MR out.
  func note(on report: RunReport) -> String? {
    report.scans.first { $0.channel == mr && $0.fate == .leftOut }
      .map { Self.note($0.reasons.joined(separator: " ")) }
  }

  private static func note(_ reason: String) -> String { "Contoured from the CT alone: \(reason)" }

  /// A file that was read to its end: one that is damaged costs the MR, not the patient.
  private func readable(_ file: URL?) throws -> URL {
    guard let file else { throw ChallengeError.noScans(folder: "images/t1-mri") }
    _ = try readVolume(at: file)
    return file
  }
}
