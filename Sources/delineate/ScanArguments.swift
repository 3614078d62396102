import Datasets
import Foundation
import Models
import Segmentation
import VolumeFiles

/// The scans of a `segment` command: one case, or a folder of them.
struct ScanArguments {
  /// One patient's scans.
  struct Case {
    /// The name of its files in a batch; the scan's file name otherwise.
    let name: String
    /// One file or DICOM folder (of an archive, what was unpacked) per channel, in the model's order, the missing ones left out.
    let channels: [URL]
    /// The model's channels that no scan was given for.
    var missing: [String] = []
  }

  /// The cases, at least one.
  let cases: [Case]
  /// Whether a folder of cases was given, so that outputs are folders too.
  let isBatch: Bool

  /// Matches the arguments with the model's channels.
  init(_ arguments: [String], plan: ModelPlan) throws {
    let channels = plan.channelNames
    if arguments.count == 1, let folder = Self.caseFolder(arguments[0], ending: plan.fileEnding) {
      cases = try CaseFolder(
        at: folder.url,
        fileEnding: folder.ending,
        channelCount: channels.count
      ).cases.map { Case(name: $0.name, channels: $0.channels) }
      isBatch = true
      return
    }
    isBatch = false
    let optional = plan.optionalChannels ?? []
    let needed = channels.count - optional.count
    guard (max(1, needed)...channels.count).contains(arguments.count) else {
      throw CommandError.wrongChannelCount(found: arguments.count, channels: channels)
    }
    var files: [String: URL] = [:]
    for argument in arguments {
      let (name, path) = try Self.split(argument, channels: channels)
      guard FileManager.default.fileExists(atPath: path) else { throw CommandError.missing(path) }
      guard files.updateValue(URL(filePath: path), forKey: name) == nil else {
        throw CommandError.doubledChannel(name)
      }
    }
    let missing = channels.filter { files[$0] == nil }
    if let name = missing.first(where: { !optional.contains($0) }) {
      throw SegmentationError.neededChannel(name: name, optional: optional)
    }
    let ordered = channels.compactMap { files[$0] }
    let scans = try ordered.map { try unpackingArchive($0) }
    cases = [Case(name: ordered[0].lastPathComponent, channels: scans, missing: missing)]
  }

  /// The folder of the only case's first scan, which a structure set refers to; `nil` where it is a
  /// file, or cases are several.
  var structureSetFolder: URL? {
    guard !isBatch, let scan = cases.first?.channels.first, scan.isFolder else { return nil }
    return scan
  }

  /// A folder in nnU-Net's naming, with the model's own file ending or else any.
  private static func caseFolder(_ path: String, ending: String) -> (url: URL, ending: String?)? {
    let url = URL(filePath: path)
    if CaseFolder.isCaseFolder(url, fileEnding: ending) { return (url, ending) }
    return CaseFolder.isCaseFolder(url) ? (url, nil) : nil
  }

  /// `NAME=PATH`, or a path alone where the model has one channel or a file has that very name.
  private static func split(
    _ argument: String,
    channels: [String]
  ) throws -> (channel: String, path: String) {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    let isPath = parts.count < 2 || FileManager.default.fileExists(atPath: argument)
    if isPath {
      guard channels.count == 1 else {
        throw CommandError.unnamedChannel(argument, channels: channels)
      }
      return (channels[0], argument)
    }
    guard let channel = channels.first(where: { $0.lowercased() == parts[0].lowercased() }) else {
      throw CommandError.unknownChannel(parts[0], channels: channels)
    }
    return (channel, parts[1])
  }
}
