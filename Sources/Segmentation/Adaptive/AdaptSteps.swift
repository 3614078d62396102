import Adaptation
import Foundation
import Registration
import VolumeFiles
import Volumes

/// The files of each step, for a person to look at: none of them is a segmentation.
struct AdaptSteps {
  private let folder: URL

  /// Steps in a folder, which is made; `nil` where none is wanted.
  init?(folder: URL?) throws(AdaptError) {
    guard let folder else { return nil }
    self.folder = folder
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(file: folder.lastPathComponent)
    }
  }

  /// What a registration found, the verdict first.
  func write(_ guidance: AdaptGuidance) throws {
    guard let registration = guidance.registration else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let verdict = folder.appending(path: "verdict.json")
    do { try encoder.encode(registration.verdict).write(to: verdict, options: .atomic) } catch {
      throw AdaptError.unwritable(file: verdict.lastPathComponent)
    }
    let prior = guidance.prior
    try Registration.write(
      registration.transform,
      fixedGrid: prior.later.grid,
      to: folder.appending(path: "later_to_earlier.tfm")
    )
    if let earlier = prior.earlier {
      try VolumeFiles.write(earlier, to: folder.appending(path: "earlier_registered.nii.gz"))
    }
    try VolumeFiles.write(
      prior.contours,
      scheme: nil,
      to: folder.appending(path: "earlier_contours_registered.nii.gz")
    )
  }

  /// What the network sees in one of its channels.
  func write(_ volume: Volume<Float>, channel: String) throws {
    try VolumeFiles.write(volume, to: folder.appending(path: "channel_\(channel).nii.gz"))
  }
}
