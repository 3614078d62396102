public import Anatomy
public import Foundation

/// Cases and the files of their structures, as they lie in a folder or in one file.
///
/// Understands, by names alone (nothing but headers of `.seg.nrrd` and `.dcm` is opened): a folder of cases
/// with a mask for each organ (`CASE/Parotid_L.nrrd`, HaN-Seg's `CASE/CASE_OAR_Parotid_L.seg.nrrd`),
/// one case's folder of masks, a folder of label maps or `.seg.nrrd` sets (`CASE.nii.gz`, nnU-Net's
/// `labelsTr`), and a single file. RT structure sets (`.dcm`) stand wherever label maps do.
/// ``layout`` says which it was.
public struct StructureLibrary: Sendable {
  /// How the files are laid out.
  public enum Layout: Hashable, Sendable {
    /// One file.
    case file
    /// One file a case.
    case labelMaps
    /// One folder a case, in it one file a structure.
    case caseFolders
    /// The folder is one case: one file a structure.
    case masksOfOneCase
    /// As a pattern of the person's says.
    case pattern(String)
  }

  /// One file of a case.
  public struct Source: Hashable, Sendable {
    /// Where it is.
    public var url: URL
    /// The structure whose mask it is, in the file name's spelling; `nil` of label maps and of sets
    /// of segments and RT structure sets, which name their structures themselves.
    public var structure: String?

    /// A file, and the structure whose mask it is.
    public init(url: URL, structure: String?) {
      self.url = url
      self.structure = structure
    }
  }

  /// One patient.
  public struct Case: Hashable, Sendable {
    /// The name: the folder's or the file's without its ending.
    public var name: String
    /// The files, by name in natural order.
    public var sources: [Source]
  }

  /// What the folder or file is called.
  public let name: String
  /// How the files are laid out.
  public let layout: Layout
  /// The cases, by name in natural order (2 before 10); at least one.
  public let cases: [Case]
  /// The names of volume files that were passed over, since they are images by their names or do
  /// not fit the pattern.
  public let passedOver: [String]
  /// The scheme in the `dataset.json` that lies in the folder, or beside nnU-Net's `labelsTr`.
  public let scheme: LabelScheme?

  /// Whether the layout gives cases no name of their own, so that a single case on either side is
  /// one and the same.
  public var isSingleCase: Bool {
    switch layout {
    case .file, .masksOfOneCase: true
    case .labelMaps, .caseFolders, .pattern: false
    }
  }

  /// Looks at a folder or file.
  /// - Parameters:
  ///   - url: The folder or file.
  ///   - pattern: Paths within the folder, such as `{case}_mask.nii.gz` or
  ///     `{case}/{structure}.nrrd`; `nil` recognizes the layout.
  ///   - vocabulary: Which file names are structures'.
  /// - Throws: ``StructureLibraryError``.
  public init(
    at url: URL,
    pattern: String? = nil,
    vocabulary: StructureVocabulary = .standard
  ) throws(StructureLibraryError) {
    let url = url.standardizedFileURL
    name = url.lastPathComponent
    guard let kind = fileKind(url) else { throw .missing(name) }
    guard kind == .folder else {
      guard let stem = volumeStem(name), holdsStructures(url) else { throw .notAVolume(name) }
      layout = .file
      cases = [Case(name: stem, sources: [Source(url: url, structure: nil)])]
      passedOver = []
      scheme = nil
      return
    }
    var folder = url
    // nnU-Net's raw data set: the labels lie one level down.
    let labels = url.appending(path: "labelsTr")
    if pattern == nil && fileKind(labels) == .folder { folder = labels }
    scheme = Self.scheme(beside: folder, in: url)
    let found =
      if let pattern {
        try FoundCases(in: folder, pattern: pattern)
      } else {
        try FoundCases(recognizing: folder, vocabulary: vocabulary)
      }
    guard !found.cases.isEmpty else { throw .noCases(folder: name, pattern: pattern) }
    layout = found.layout
    cases = found.cases.map { name, sources in
      Case(name: name, sources: sources.sorted { isInNaturalOrder($0.url.path, $1.url.path) })
    }.sorted { isInNaturalOrder($0.name, $1.name) }
    passedOver = found.passedOver.sorted(by: isInNaturalOrder)
  }

  private static func scheme(beside folder: URL, in parent: URL) -> LabelScheme? {
    for place in [folder, parent] {
      let file = place.appending(path: "dataset.json")
      // A data set's description takes kilobytes; another file of the name is none of ours.
      if let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1 << 22,
        let data = try? Data(contentsOf: file), let scheme = try? LabelScheme(json: data)
      {
        return scheme
      }
    }
    return nil
  }
}

extension StructureLibrary.Layout: CustomStringConvertible {
  /// The layout in a few words.
  public var description: String {
    switch self {
    case .file: "one file"
    case .labelMaps: "one file a case"
    case .caseFolders: "one folder a case, one file a structure"
    case .masksOfOneCase: "one case, one file a structure"
    case .pattern(let pattern): "files like \(pattern)"
    }
  }
}

/// Why a place does not hold cases with structures.
public enum StructureLibraryError: Error, Hashable {
  /// There is no such file or folder.
  case missing(String)
  /// The folder cannot be listed.
  case unreadable(String)
  /// The file is not a volume by its name.
  case notAVolume(String)
  /// The folder holds no volume file, or none that fits the pattern.
  case noCases(folder: String, pattern: String?)
  /// The pattern is not one.
  case badPattern(String, reason: String)
}

extension StructureLibraryError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .missing(let name):
      "\(name): no such file or folder."
    case .unreadable(let name):
      "\(name): this folder cannot be listed."
    case .notAVolume(let name):
      """
      \(name): the name must end in .nii.gz, .nii, .nrrd, .nhdr, .seg.nrrd, .mha or .mhd, or in .dcm \
      of an RT structure set.
      """
    case .noCases(let folder, let pattern?):
      "\(folder): no file fits the pattern \(pattern)."
    case .noCases(let folder, nil):
      "\(folder): neither it nor its subfolders hold label maps or masks (.nii.gz, .nrrd, .mha, …)."
    case .badPattern(let pattern, let reason):
      "Pattern \(pattern): \(reason), as in {case}_mask.nii.gz or {case}/{structure}.nrrd."
    }
  }
}
