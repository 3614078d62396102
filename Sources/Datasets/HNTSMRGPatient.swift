public import Foundation

/// The files of one patient in HNTS-MRG 2024's layout: `ID/preRT/ID_preRT_T2.nii.gz` with
/// `ID_preRT_mask.nii.gz`, in `ID/midRT` the same of mid-radiotherapy, and there the earlier scan and
/// mask registered with the later one.
///
/// The one place that knows these names. None of the files need be there.
public struct HNTSMRGPatient: Hashable, Sendable {
  /// When a scan was taken; the value stands in folders' and files' names.
  public enum TimePoint: String, Hashable, Sendable, CaseIterable {
    /// Before radiotherapy.
    case before = "preRT"
    /// In its middle.
    case later = "midRT"
  }

  /// The patient's name, which its files begin with.
  public let name: String
  /// The patient's folder.
  public let folder: URL

  /// A patient of a folder of patients.
  public init(_ name: String, in release: URL) {
    self.name = name
    folder = release.appending(path: name)
  }

  /// The patients of a folder that have a scan's folder of a time point, in natural order; none where
  /// the folder cannot be read.
  public static func all(in release: URL, with time: TimePoint) -> [HNTSMRGPatient] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: release.path)) ?? []
    return names.sorted(by: isInNaturalOrder).map { HNTSMRGPatient($0, in: release) }
      .filter { fileKind($0.folder(of: time)) == .folder }
  }

  /// The folder of a time point.
  public func folder(of time: TimePoint) -> URL { folder.appending(path: time.rawValue) }

  /// A time point's scan.
  public func scan(_ time: TimePoint) -> URL { file("\(time.rawValue)_T2", of: time) }

  /// A time point's contours.
  public func mask(_ time: TimePoint) -> URL { file("\(time.rawValue)_mask", of: time) }

  /// The earlier scan on the later one's grid.
  public var registeredScan: URL { file("preRT_T2_registered", of: .later) }

  /// The earlier contours on the later scan's grid.
  public var registeredMask: URL { file("preRT_mask_registered", of: .later) }

  private func file(_ what: String, of time: TimePoint) -> URL {
    folder(of: time).appending(path: "\(name)_\(what).nii.gz")
  }
}
