public import Adaptation
public import Datasets
public import Foundation
public import Volumes

/// A patient whose tumors are contoured again, guided by earlier contours.
public struct AdaptRequest: Sendable, Hashable {
  /// The later scan: a file or a DICOM folder.
  public var later: URL
  /// The earlier contours: a label map or an RT structure set.
  public var contours: URL
  /// The earlier scan, a file or a DICOM folder; only models with the channel `T2_prior` look at it, and
  /// registration needs it.
  public var earlier: URL?
  /// Whether the earlier scan and contours lie on the later scan already; else they are registered.
  public var isRegistered: Bool
  /// The model and how to run it; its inputs do not count.
  public var settings: SegmentationRequest
  /// Where within its range the boxes' margin lies, from 0 (tight) to 1 (wide).
  ///
  /// One run each, whose probabilities are averaged; a model whose channels follow no boxes runs once.
  public var margins: [Double]
  /// Whether the model's rules on vanished tumors are followed.
  public var followsExistence: Bool
  /// Where scans, contours and maps of each step are written, if anywhere.
  public var stepsFolder: URL?

  /// A request; the margin's middle alone unless more are asked for.
  public init(
    later: URL,
    contours: URL,
    earlier: URL? = nil,
    isRegistered: Bool = true,
    settings: SegmentationRequest,
    margins: [Double] = [0.5],
    followsExistence: Bool = true,
    stepsFolder: URL? = nil
  ) {
    self.later = later
    self.contours = contours
    self.earlier = earlier
    self.isRegistered = isRegistered
    self.settings = settings
    self.margins = margins
    self.followsExistence = followsExistence
    self.stepsFolder = stepsFolder
  }
}

extension AdaptRequest {
  /// A patient in HNTS-MRG's layout: what the release registered is taken, else it is registered here.
  public init(
    _ patient: HNTSMRGPatient,
    settings: SegmentationRequest,
    margins: [Double] = [0.5],
    followsExistence: Bool = true
  ) {
    func isThere(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
    let isRegistered = isThere(patient.registeredMask)
    let earlier = isRegistered ? patient.registeredScan : patient.scan(.before)
    self.init(
      later: patient.scan(.later),
      contours: isRegistered ? patient.registeredMask : patient.mask(.before),
      earlier: isRegistered && !isThere(earlier) ? nil : earlier,
      isRegistered: isRegistered,
      settings: settings,
      margins: margins,
      followsExistence: followsExistence
    )
  }
}

/// New contours of a patient, and how they differ from the earlier ones.
public struct AdaptResult: Sendable {
  /// The new contours on the later scan's grid, and what the network did.
  public let segmentation: SegmentationResult
  /// The earlier contours on the later scan's grid, which are no segmentation of the later scan, and how
  /// they came there.
  public let guidance: AdaptGuidance
  /// What became of each structure's tumors.
  public let changes: [StructureChange]
  /// For each structure its volume with what it may as well be, where the model's rules say so.
  public let intervals: [String: ClosedRange<Double>]
  /// How unsure the network is of each voxel, from 0 to 1: the entropy of the mean probabilities over
  /// that of a toss-up; `nil` where only one run was made.
  public let uncertainty: Volume<Float>?
  /// How many runs were averaged.
  public let runs: Int
}

/// Why a patient could not be contoured again.
public enum AdaptError: Error, Hashable {
  /// The model has one channel that shows the scan and nothing of earlier contours.
  case notAdaptive(channels: [String])
  /// The earlier contours have labels that stand for nothing.
  case unknownLabels(file: String, labels: [UInt16], known: [String])
  /// The earlier contours and the model have no structure in common.
  case noCommonStructure(contours: [String], model: [String])
  /// The model's rules cannot be read.
  case damagedRules(file: String)
  /// A folder has no patient in HNTS-MRG's layout.
  case noPatients(folder: String)
  /// Two folders have no file name in common.
  case noPairs(predicted: String, reference: String)
  /// A file of a step could not be written.
  case unwritable(file: String)
  /// The scans do not lie on each other, for these reasons, one sentence each.
  case registrationFailed(reasons: [String])
  /// The dates of the two studies say that the scans were exchanged.
  case exchangedScans
  /// A structure set refers to other images than those that it was given for.
  case otherImages(file: String)
}

extension AdaptError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .notAdaptive(let channels):
      "The model looks at \(channels.joined(separator: ", ")) alone, expected one that earlier "
        + "contours guide (gradient… or mask_prior…); use segment for this one."
    case .unknownLabels(let file, let labels, let known):
      "\(file): the labels \(labels.map(String.init).joined(separator: ", ")) stand for nothing, "
        + "expected 0 and those of \(known.joined(separator: ", "))."
    case .noCommonStructure(let contours, let model):
      "The earlier contours have \(contours.joined(separator: ", ")) and the model "
        + "\(model.joined(separator: ", ")); expected a structure in common."
    case .damagedRules(let file):
      "\(file): the rules of the adaptive model cannot be read."
    case .noPatients(let folder):
      "\(folder) has no patient, expected folders like 2/midRT with 2_midRT_T2.nii.gz and "
        + "2_preRT_mask_registered.nii.gz."
    case .noPairs(let predicted, let reference):
      "\(predicted) and \(reference) have no file name in common, expected one label map a patient in "
        + "each."
    case .unwritable(let file):
      "\(file) cannot be written."
    case .registrationFailed(let reasons):
      "The registration of the two scans failed, no contours were written: "
        + reasons.joined(separator: " ")
    case .exchangedScans:
      "The later scan's study is older than the earlier scan's; the two were exchanged."
    case .otherImages(let file):
      "\(file) belongs to another series and another frame of reference than the scan that it was "
        + "given for."
    }
  }
}
