public import Anatomy
public import Foundation

/// Cases to train on: their scans and their contours, whatever layout they lie in.
///
/// The network's classes are the structures of ``labels``, numbered 1…N; 0 is background.
public struct TrainingDataset: Hashable, Sendable {
  /// What the data set is called; the name of models trained on it.
  public var name: String
  /// Where the files lie.
  public var folder: URL
  /// How the files are laid out.
  public var layout: Layout
  /// The names of the scans of a case, in order; they decide how each is normalized.
  public var channelNames: [String]
  /// The structures to learn, numbered 1…N without gaps.
  public var labels: LabelScheme
  /// The cases, by name as Unicode orders it (nnU-Net's order); at least one.
  public var cases: [TrainingCase]
  /// What it means where a case has no voxel of a structure, and does not say it was contoured.
  public var absence: AbsenceMeaning
  /// How a case's scans lie on each other.
  public var channelGrids: ChannelGrids
  /// The data set's own division into training and validation, where it has one.
  public var ownSplits: CrossValidationSplits?
  /// How classes that stand for both sides are told apart afterwards; `nil` where none does.
  public var mergedSides: MergedSides?

  /// A data set from its parts.
  public init(
    name: String,
    folder: URL,
    layout: Layout,
    channelNames: [String],
    labels: LabelScheme,
    cases: [TrainingCase],
    absence: AbsenceMeaning = .byName,
    channelGrids: ChannelGrids = .same,
    ownSplits: CrossValidationSplits? = nil,
    mergedSides: MergedSides? = nil
  ) {
    self.name = name
    self.folder = folder
    self.layout = layout
    self.channelNames = channelNames
    self.labels = labels
    self.cases = cases
    self.absence = absence
    self.channelGrids = channelGrids
    self.ownSplits = ownSplits
    self.mergedSides = mergedSides
  }

  /// How the files of a data set are laid out.
  public enum Layout: String, Codable, Hashable, Sendable, CaseIterable {
    /// nnU-Net v2's raw data: `dataset.json`, `imagesTr`, `labelsTr`.
    case nnUNet = "nnunet"
    /// HaN-Seg's release: `case_01/case_01_IMG_CT.nrrd`, `case_01_OAR_Parotid_L.seg.nrrd`.
    case hanSeg = "hanseg"
    /// HNTS-MRG's release, the scans before radiotherapy.
    case preRT = "hntsmrg-pre"
    /// HNTS-MRG's release, the scans in mid-radiotherapy.
    case midRT = "hntsmrg-mid"
    /// OpenKBP as folders of `ct.nii.gz` and `oar.nii.gz`, with `manifest.csv`.
    case openKBP = "openkbp"
    /// A JSON file that lists the files of each case.
    case listed
  }
}

/// How a case's scans lie on each other.
public enum ChannelGrids: String, Codable, Hashable, Sendable, CaseIterable {
  /// All on one grid; a case where they are not is refused.
  case same
  /// Each on a grid of its own: they are brought onto the first one's by where they lie in the
  /// patient, and what they do not show there is 0, or air in a CT.
  case own
}

/// One patient to train on.
public struct TrainingCase: Hashable, Sendable {
  /// The name; unique in its data set.
  public var name: String
  /// One file, or folder of DICOM slices, per channel, in order; ``noScan`` where there is none.
  public var channels: [URL]
  /// Where the contours are.
  public var labels: LabelSource
  /// The classes that were contoured, even where no voxel has them; `nil` where the layout does not
  /// say: then those that occur, and those whose absence means that they are empty.
  public var contoured: Set<UInt16>?
  /// SHA-256 of the files' content, 64 hexadecimal digits; `nil` before it was taken.
  public var checksum: String?

  /// A case from its parts.
  public init(
    name: String,
    channels: [URL],
    labels: LabelSource,
    contoured: Set<UInt16>? = nil,
    checksum: String? = nil
  ) {
    self.name = name
    self.channels = channels
    self.labels = labels
    self.contoured = contoured
    self.checksum = checksum
  }

  /// What stands for a channel of which a case has no scan: the file that holds nothing.
  public static let noScan = URL(filePath: "/dev/null")

  /// Where a case's contours are.
  public enum LabelSource: Hashable, Sendable {
    /// One label map; the class (1…N, or 0 for background) of each number in the file.
    case map(URL, classes: [UInt16: UInt16])
    /// One file a structure; where two claim a voxel, the smaller structure has it.
    case masks([Mask])
  }

  /// The file of one structure.
  public struct Mask: Hashable, Sendable {
    /// Where it is.
    public var file: URL
    /// The class of its voxels.
    public var label: UInt16

    /// A mask from its parts.
    public init(file: URL, label: UInt16) {
      self.file = file
      self.label = label
    }
  }
}

/// What it means where no voxel of a case has a structure's label.
public enum AbsenceMeaning: String, Codable, Hashable, Sendable, CaseIterable {
  /// Nobody contoured it: the loss leaves the structure out in this case.
  case notContoured = "not-contoured"
  /// It is not there: every voxel is known not to be of it.
  case empty
  /// Targets (GTV, tumor, lesion, …) are not there, everything else was not contoured.
  case byName = "by-name"
}
