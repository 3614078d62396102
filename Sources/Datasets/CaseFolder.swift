public import Foundation

/// A folder of cases in nnU-Net's naming: one file per channel, `CASE_0000.nii.gz`, `CASE_0001…`.
public struct CaseFolder: Sendable {
  /// One patient: a name and one file per channel, in channel order.
  public struct Case: Hashable, Sendable {
    /// What stands before the channel number.
    public let name: String
    /// One file per channel, in channel order.
    public let channels: [URL]
  }

  /// The cases, sorted by name; at least one.
  public let cases: [Case]

  /// The file endings that are looked for where none is given.
  public static let fileEndings = [".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd"]

  /// A volume's file name without its ending; `nil` for other files.
  package static func stem(of file: String) -> String? {
    fileEndings.first { file.lowercased().hasSuffix($0) && file.count > $0.count }
      .map { String(file.dropLast($0.count)) }
  }

  /// Lists the cases of a folder; other files are passed over.
  /// - Parameters:
  ///   - folder: The folder; its subfolders are not searched.
  ///   - fileEnding: The ending of the files with its dot, as in a model's `dataset.json`; `nil`
  ///     takes any of ``fileEndings``.
  ///   - channelCount: How many channels each case must have; at least one.
  /// - Throws: ``CaseFolderError``.
  public init(
    at folder: URL,
    fileEnding: String? = nil,
    channelCount: Int
  ) throws(CaseFolderError) {
    precondition(channelCount > 0, "a case has at least one channel")
    let files = try Self.channelFiles(in: folder, fileEnding: fileEnding)
    guard !files.isEmpty else {
      throw .noCases(folder: folder.lastPathComponent, ending: fileEnding ?? Self.fileEndings[0])
    }
    var cases: [Case] = []
    for (name, group) in Dictionary(grouping: files, by: \.name).sorted(by: { $0.key < $1.key }) {
      let byNumber = Dictionary(grouping: group, by: \.channel)
      if let twice = byNumber.values.first(where: { $0.count > 1 }) {
        throw .doubledChannel(twice.map(\.url.lastPathComponent).sorted())
      }
      for channel in 0..<channelCount where byNumber[channel] == nil {
        throw .missingChannel(
          file: Self.fileName(name, channel, group[0].ending),
          channelCount: channelCount
        )
      }
      if let surplus = group.map(\.channel).max(), surplus >= channelCount {
        throw .surplusChannel(
          file: Self.fileName(name, surplus, group[0].ending),
          channelCount: channelCount
        )
      }
      cases.append(
        Case(name: name, channels: group.sorted { $0.channel < $1.channel }.map(\.url))
      )
    }
    self.cases = cases
  }

  /// Whether a folder holds at least one file in nnU-Net's naming, so that it is a folder of cases
  /// and not, say, a DICOM series.
  public static func isCaseFolder(_ folder: URL, fileEnding: String? = nil) -> Bool {
    let files = try? channelFiles(in: folder, fileEnding: fileEnding)
    return files?.isEmpty == false
  }

  private struct ChannelFile {
    let name: String
    let channel: Int
    let ending: String
    let url: URL
  }

  private static func channelFiles(
    in folder: URL,
    fileEnding: String?
  ) throws(CaseFolderError) -> [ChannelFile] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(folder: folder.lastPathComponent)
    }
    let endings = fileEnding.map { [$0] } ?? fileEndings
    return names.sorted().compactMap { file in
      guard let ending = endings.first(where: { file.hasSuffix($0) }) else { return nil }
      let stem = file.dropLast(ending.count)
      let digits = stem.suffix(4)
      guard stem.count > 5, stem.dropLast(4).hasSuffix("_"), digits.utf8.count == 4,
        digits.utf8.allSatisfy({ (48...57).contains($0) }), let channel = Int(digits)
      else { return nil }
      return ChannelFile(
        name: String(stem.dropLast(5)),
        channel: channel,
        ending: ending,
        url: folder.appending(path: file)
      )
    }
  }

  /// nnU-Net's name for one channel of a case: `CASE_0000.nii.gz`.
  public static func fileName(_ name: String, _ channel: Int, _ ending: String) -> String {
    let digits = String(channel)
    return name + "_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ending
  }
}

/// Why a folder does not hold cases in nnU-Net's naming.
public enum CaseFolderError: Error, Hashable {
  /// The folder is not there or cannot be listed.
  case unreadable(folder: String)
  /// No file is named `CASE_0000` with the ending.
  case noCases(folder: String, ending: String)
  /// A case lacks the file of a channel.
  case missingChannel(file: String, channelCount: Int)
  /// A case has a channel more than expected.
  case surplusChannel(file: String, channelCount: Int)
  /// One channel of a case is there in several formats.
  case doubledChannel([String])
}

extension CaseFolderError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    func channels(_ count: Int) -> String { count == 1 ? "1 channel" : "\(count) channels" }
    switch self {
    case .unreadable(let folder):
      return "\(folder): not a folder that can be read."
    case .noCases(let folder, let ending):
      return "\(folder): no file is named like a case's channel, for example CASE_0000\(ending)."
    case .missingChannel(let file, let count):
      return "Case folder: \(file) is missing; each case needs \(channels(count))."
    case .surplusChannel(let file, let count):
      return "Case folder: \(file) is one channel too many; each case needs \(channels(count))."
    case .doubledChannel(let files):
      return "Case folder: \(files.joined(separator: " and ")) are the same channel; keep one."
    }
  }
}
