import Foundation
import Models
import VolumeFiles
import Volumes

/// A model of a CT, or of a CT and an MR that is brought onto the CT's grid.
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
  ///   - temporary: A folder for the MR on the CT's grid; made where it is needed.
  /// - Returns: The request, and a sentence where the MR is not used although the model could.
  /// - Throws: Where the MR cannot be used and the model needs it, and where the CT cannot be read.
  func request(
    ct ctFile: URL,
    mr mrFile: URL?,
    _ settings: SegmentationRequest,
    in temporary: URL
  ) throws -> (request: SegmentationRequest, note: String?) {
    var files = [ct: ctFile]
    var note: String?
    if let mr {
      do {
        files[mr] = try aligned(mrFile, with: ctFile, in: temporary)
      } catch {
        guard isMROptional else { throw error }
        note = "Contoured from the CT alone: \(error)"
      }
    }
    var request = settings
    request.inputs = channels.compactMap { files[$0] }
    request.missingChannels = channels.filter { files[$0] == nil }
    return (request, note)
  }

  private func aligned(_ mr: URL?, with ct: URL, in temporary: URL) throws -> URL {
    guard let mr else { throw ChallengeError.noScans(folder: "images/t1-mri") }
    let grid = try readVolume(at: ct).grid
    let aligned = try alignedByHeaders(readVolume(at: mr), onto: grid)
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    let place = temporary.appending(path: "mr.nrrd")
    try VolumeFiles.write(aligned, to: place)
    return place
  }
}
