internal import Anatomy
internal import Foundation
internal import Volumes

extension StructureSet {
  /// SOP Class UID of RT structure sets.
  static let sopClass = "1.2.840.10008.5.1.4.1.1.481.3"

  /// The RT Structure Set object whose contours lie on a series' slices.
  ///
  /// Patient and study are those of the images, byte by byte. Every image is referenced, and each
  /// contour names the image of its slice. Not approved: a person must do that.
  /// - Parameters:
  ///   - series: The images. A contour's `slice` is an index into its stack.
  ///   - origin: The program, and when.
  /// - Returns: The object, in implicit little endian: contours may be longer than explicit lengths.
  public func object(on series: ImageSeries, origin: ObjectOrigin) -> DICOMObject {
    let writer = ObjectWriter(series, origin)
    func text(_ value: String, limit: Int) -> [UInt8] { writer.text(value, limit: limit) }
    let (day, time) = writer.dateAndTime
    var set = writer.header(class: Self.sopClass, modality: "RTSTRUCT", description: label)
    set.set(.operatorsName, "PN", "")
    set.set(.structureSetLabel, "SH", bytes: text(label, limit: 16))
    set.set(.structureSetName, "LO", bytes: text(label, limit: 64))
    set.set(.structureSetDescription, "ST", bytes: text(origin.description, limit: 1024))
    set.set(.structureSetDate, "DA", day)
    set.set(.structureSetTime, "TM", time)
    set.set(.referencedFrames, items: [Self.references(to: series)])
    set.set(
      .structureSetROIs,
      items: structures.map { structure in
        var item = DataSet()
        item.set(.roiNumber, "IS", "\(structure.number)")
        item.set(.referencedFrameOfReference, "UI", series.frameOfReference)
        item.set(.roiName, "LO", bytes: text(structure.name, limit: 64))
        if !structure.description.isEmpty {
          item.set(.roiDescription, "ST", bytes: text(structure.description, limit: 1024))
        }
        item.set(.roiGenerationAlgorithm, "CS", structure.generation)
        return item
      }
    )
    set.set(.roiContours, items: structures.map { $0.contourItem(on: series) })
    set.set(
      .roiObservations,
      items: structures.map { structure in
        var item = DataSet()
        item.set(.observationNumber, "IS", "\(structure.number)")
        item.set(.referencedROI, "IS", "\(structure.number)")
        item.set(.interpretedType, "CS", structure.interpretedType)
        item.set(.interpreter, "PN", "")
        return item
      }
    )
    set.set(.approvalStatus, "CS", "UNAPPROVED")
    return DICOMObject(transferSyntax: "1.2.840.10008.1.2", dataSet: set)
  }

  /// Every image of the series, by frame of reference, study and series.
  private static func references(to series: ImageSeries) -> DataSet {
    var inSeries = DataSet()
    inSeries.set(.seriesUID, "UI", series.uid)
    inSeries.set(.contourImages, items: series.instances.map(\.reference))
    var inStudy = DataSet()
    // The class that stands for a study here is retired, but readers ask for it.
    inStudy.set(.referencedClass, "UI", "1.2.840.10008.3.1.2.3.1")
    inStudy.set(.referencedInstance, "UI", series.studyUID)
    inStudy.set(.referencedSeries, items: [inSeries])
    var frame = DataSet()
    frame.set(.frameOfReference, "UI", series.frameOfReference)
    frame.set(.referencedStudies, items: [inStudy])
    return frame
  }
}

extension StructureSet.Structure {
  /// The item of ROI Contour Sequence; without contours, it has no Contour Sequence.
  fileprivate func contourItem(on series: ImageSeries) -> DataSet {
    var item = DataSet()
    let color = color ?? StructureColor.palette(number)
    item.set(.roiColor, "IS", "\(color.red)\\\(color.green)\\\(color.blue)")
    let usable = contours.filter { !$0.points.isEmpty }
    if !usable.isEmpty {
      item.set(
        .contours,
        items: usable.enumerated().map { index, contour in
          var item = DataSet()
          if let slice = contour.slice, series.instances.indices.contains(slice) {
            item.set(.contourImages, items: [series.instances[slice].reference])
          }
          item.set(.contourGeometricType, "CS", "CLOSED_PLANAR")
          item.set(.contourPointCount, "IS", "\(contour.points.count)")
          item.set(.contourNumber, "IS", "\(index + 1)")
          var text = DecimalText()
          for point in contour.points {
            for axis in 0..<3 { text.append(point.coordinates[axis]) }
          }
          item.set(.contourData, "DS", bytes: text.bytes)
          return item
        }
      )
    }
    item.set(.referencedROI, "IS", "\(number)")
    return item
  }
}
