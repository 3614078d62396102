public import Foundation
public import Volumes

/// A series of images that lie in space, from headers alone: what a structure set refers to.
public struct ImageSeries: Sendable {
  /// One image of the series.
  public struct Instance: Hashable, Sendable {
    /// SOP Class UID: what kind of object it is.
    public var sopClass: String
    /// SOP Instance UID: which it is.
    public var sopInstance: String
  }

  /// Series Instance UID.
  public let uid: String
  /// Study Instance UID.
  public let studyUID: String
  /// Frame of Reference UID; empty where the images name none.
  public let frameOfReference: String
  /// Modality: "CT", "MR".
  public let modality: String
  /// Where the slices lie, in order of their position, ascending along the normal.
  public let stack: SliceStack
  /// The images in the stack's order.
  public let instances: [Instance]
  /// Patient and study as the images have them.
  let identity: DataSet

  /// The day of the study, YYYYMMDD; `nil` where the images do not say.
  public var studyDate: String? {
    identity.text(.studyDate).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads the headers of the series in a folder.
  /// - Parameters:
  ///   - folder: Its own files are looked at, not those of folders in it.
  ///   - uid: Which series; by default the one a planner would contour on
  ///     (``StudyIndex/planningSeries(of:)``).
  /// - Returns: The series, with slices at any distance.
  /// - Throws: ``DICOMObjectError``.
  public static func read(
    in folder: URL,
    uid: String? = nil
  ) throws(DICOMObjectError) -> ImageSeries {
    try StudyIndex(at: folder).imageSeries(uid: uid)
  }

  /// Puts one series' images in order.
  init(_ headers: [InstanceHeader]) throws(DICOMObjectError) {
    guard let first = headers.first else {
      throw .noSeries(folder: "The folder", wanted: "images", found: [])
    }
    let label = first.seriesNumber.map { "\($0)" } ?? first.seriesUID
    func refusal(_ reason: String) -> DICOMObjectError { .notAStack(series: label, reason: reason) }
    var placed: [(header: InstanceHeader, geometry: InstanceHeader.Geometry)] = []
    for header in headers {
      guard header.frameCount == 1 else {
        throw refusal("\(header.file) holds \(header.frameCount) frames, one is expected")
      }
      guard !header.sopClass.isEmpty, !header.sopInstance.isEmpty else {
        throw .badAttribute(file: header.file, name: "SOP Instance UID", tag: .sopInstance)
      }
      guard let geometry = header.geometry else {
        throw refusal(
          "\(header.file) does not say where it lies (Image Position, Image Orientation, Pixel Spacing)"
        )
      }
      placed.append((header, geometry))
    }
    let base = placed[0].geometry
    for (header, geometry) in placed {
      guard geometry.size == base.size,
        length(geometry.row - base.row) < 2e-3, length(geometry.column - base.column) < 2e-3,
        (0..<2).allSatisfy({ (geometry.spacing[$0] / base.spacing[$0] - 1).magnitude < 1e-3 })
      else {
        throw refusal(
          "\(header.file) has another size, pixel spacing or orientation than the others"
        )
      }
      guard header.frameOfReference == first.frameOfReference else {
        throw refusal("\(header.file) has another frame of reference than the others")
      }
    }
    let normal = base.normal
    placed.sort { dot($0.geometry.origin, normal) < dot($1.geometry.origin, normal) }
    do {
      stack = try SliceStack(
        size: base.size,
        pixelSpacing: base.spacing,
        row: base.row,
        column: base.column,
        origins: placed.map(\.geometry.origin)
      )
    } catch {
      throw refusal("\(error)")
    }
    guard Set(placed.map(\.header.sopInstance)).count == placed.count else {
      throw refusal("two images have one SOP Instance UID")
    }
    uid = first.seriesUID
    studyUID = first.studyUID
    frameOfReference = first.frameOfReference
    modality = first.modality
    instances = placed.map {
      Instance(sopClass: $0.header.sopClass, sopInstance: $0.header.sopInstance)
    }
    identity = placed[0].header.identity
  }
}
