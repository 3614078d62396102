internal import Anatomy
internal import Volumes

extension SegmentationSet {
  /// What holds for all frames, and for each: where it lies, what it shows, and from which image.
  func setGroups(
    _ set: inout DataSet,
    _ frames: [Frame],
    _ encoding: Encoding,
    _ series: ImageSeries,
    _ writer: ObjectWriter
  ) {
    let stack = series.stack
    var measures = DataSet()
    let gap = stack.typicalGap
    measures.set(.sliceThickness, decimals: [gap])
    let isEven = stack.gaps.allSatisfy { ($0 / gap - 1).magnitude < 0.01 }
    if isEven { measures.set(.spacingBetweenSlices, decimals: [gap]) }
    // Between rows first (PS3.3, 10.7.1.3).
    measures.set(.pixelSpacing, decimals: [stack.pixelSpacing.y, stack.pixelSpacing.x])
    var orientation = DataSet()
    orientation.set(
      .orientation,
      decimals: (0..<3).map { stack.row[$0] } + (0..<3).map { stack.column[$0] }
    )
    var shared = DataSet()
    shared.set(.planeOrientation, items: [orientation])
    shared.set(.pixelMeasures, items: [measures])
    set.set(.sharedGroups, items: [shared])

    let used = Set(frames.map(\.slice)).sorted()
    let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, UInt32($0 + 1)) })
    set.set(
      .frameGroups,
      items: frames.map { frame in
        frame.item(index: places[frame.slice] ?? 1, series)
      }
    )
    setDimensions(&set, encoding, writer)
  }

  /// Frames are in the order of their segment and of their position.
  private func setDimensions(_ set: inout DataSet, _ encoding: Encoding, _ writer: ObjectWriter) {
    let uid = writer.dimensionOrganization
    var organization = DataSet()
    organization.set(.dimensionOrganizationUID, "UI", uid)
    func dimension(_ pointer: Tag, in group: Tag, _ label: String) -> DataSet {
      var item = DataSet()
      item.set(.dimensionOrganizationUID, "UI", uid)
      item.set(.dimensionIndexPointer, pointer: pointer)
      item.set(.functionalGroupPointer, pointer: group)
      item.set(.dimensionLabel, "LO", label)
      return item
    }
    let position = dimension(.position, in: .planePosition, "Image Position Patient")
    let segment = dimension(
      .referencedSegment,
      in: .segmentIdentification,
      "Referenced Segment Number"
    )
    set.set(.dimensionOrganizations, items: [organization])
    set.set(.dimensionIndices, items: encoding == .binary ? [segment, position] : [position])
  }
}

extension SegmentationSet.Frame {
  fileprivate func item(index: UInt32, _ series: ImageSeries) -> DataSet {
    var item = DataSet()
    var source = series.instances[slice].reference
    source.set(
      .purposeOfReference,
      items: [
        ConceptCode("121322", "Source image for image processing operation", scheme: "DCM").item
      ]
    )
    // A pixel of the one is a pixel of the other.
    source.set(.spatialLocationsPreserved, "CS", "YES")
    var derivation = DataSet()
    derivation.set(.sourceImages, items: [source])
    derivation.set(
      .derivationCode,
      items: [ConceptCode("113076", "Segmentation", scheme: "DCM").item]
    )
    item.set(.derivationImages, items: [derivation])
    var content = DataSet()
    content.set(
      .dimensionIndexValues,
      longWords: segment.map { [UInt32($0 + 1), index] } ?? [index]
    )
    item.set(.frameContent, items: [content])
    var position = DataSet()
    let origin = series.stack.origins[slice]
    position.set(.position, decimals: (0..<3).map { origin[$0] })
    item.set(.planePosition, items: [position])
    if let segment {
      var identification = DataSet()
      identification.set(.referencedSegment, words: [UInt16(segment + 1)])
      item.set(.segmentIdentification, items: [identification])
    }
    return item
  }
}
