internal import Anatomy
internal import Foundation
internal import Volumes

extension SegmentationSet {
  /// The Segmentation object on a series' slices; slices without a structure have no frame.
  ///
  /// Patient and study are those of the images, byte by byte; each frame names the image of its
  /// slice. A binary object numbers its segments from 1 in their order; a label map keeps the labels.
  /// - Parameters:
  ///   - series: The images.
  ///   - encoding: How voxels are stored.
  ///   - origin: The program, and when.
  /// - Returns: The object, in explicit little endian.
  /// - Throws: ``DICOMObjectError/notEncoded(reason:)`` where the slices are not the series'.
  public func object(
    on series: ImageSeries,
    encoding: Encoding,
    origin: ObjectOrigin
  ) throws(DICOMObjectError) -> DICOMObject {
    let stack = series.stack
    let (columns, rows) = (stack.size.x, stack.size.y)
    guard slices.count == stack.origins.count,
      slices.allSatisfy({ $0.isEmpty || $0.count == columns * rows })
    else { throw .notEncoded(reason: "the segmentation's slices are not those of the series") }
    let frames = frames(encoding)
    guard !frames.isEmpty else { throw .notEncoded(reason: "no structure has a voxel") }
    let writer = ObjectWriter(series, origin)
    var set = writer.header(class: encoding.sopClass, modality: "SEG", description: label)
    let (day, time) = writer.dateAndTime
    set.set(.imageType, "CS", "DERIVED\\PRIMARY")
    set.set(.contentDate, "DA", day)
    set.set(.contentTime, "TM", time)
    set.set(.deviceSerialNumber, "LO", bytes: writer.text(origin.version, limit: 64))
    set.set(.instanceNumber, "IS", "1")
    // Unlike other objects' it may not be empty.
    set.set(.seriesNumber, "IS", "1")
    set.set(.samplesPerPixel, words: [1])
    set.set(.photometricInterpretation, "CS", "MONOCHROME2")
    set.set(.frameCount, "IS", "\(frames.count)")
    set.set(.rows, words: [UInt16(rows)])
    set.set(.columns, words: [UInt16(columns)])
    set.set(.lossyCompression, "CS", "00")
    set.set(.segmentationType, "CS", encoding == .binary ? "BINARY" : "LABELMAP")
    set.set(.segmentsOverlap, "CS", "NO")
    set.set(.contentLabel, "CS", "SEGMENTATION")
    set.set(.contentDescription, "LO", bytes: writer.text(label, limit: 64))
    set.set(.contentCreator, "PN", "")
    set.set(.seriesReferences, items: [Self.references(to: series)])
    setPixels(&set, frames, encoding)
    var numbered = segments.enumerated().map { index, segment in
      segment.item(encoding == .binary ? UInt16(index + 1) : segment.label, writer)
    }
    if encoding == .labelMap { numbered.insert(Self.background(writer), at: 0) }
    set.set(.segments, items: numbered)
    setGroups(&set, frames, encoding, series, writer)
    return DICOMObject(transferSyntax: "1.2.840.10008.1.2.1", dataSet: set)
  }

  /// A slice of one structure, or of all of them.
  struct Frame {
    /// The place in ``segments``; `nil` for all.
    var segment: Int?
    var slice: Int
  }

  private func frames(_ encoding: Encoding) -> [Frame] {
    if encoding == .labelMap {
      return slices.indices.filter { slices[$0].contains { $0 > 0 } }
        .map { Frame(segment: nil, slice: $0) }
    }
    var places: [UInt16: Int] = [:]
    for (place, segment) in segments.enumerated() { places[segment.label] = place }
    var found = [[Int]](repeating: [], count: segments.count)
    for (slice, labels) in slices.enumerated() {
      // A few labels fill a slice in runs: the one before is asked about first.
      var present: Set<UInt16> = []
      var last: UInt16 = 0
      for label in labels where label != last {
        last = label
        if label > 0 { present.insert(label) }
      }
      for label in present { if let place = places[label] { found[place].append(slice) } }
    }
    return found.enumerated().flatMap { place, slices in
      slices.map { Frame(segment: place, slice: $0) }
    }
  }

  private func setPixels(_ set: inout DataSet, _ frames: [Frame], _ encoding: Encoding) {
    let isWide = segments.contains { $0.label > 255 }
    let bits: UInt16 = encoding == .binary ? 1 : isWide ? 16 : 8
    set.set(.bitsAllocated, words: [bits])
    set.set(.bitsStored, words: [bits])
    set.set(.highBit, words: [bits - 1])
    set.set(.pixelRepresentation, words: [0])
    var bytes: [UInt8]
    switch encoding {
    case .labelMap:
      set.set(.pixelPadding, words: [0])
      bytes = []
      for frame in frames {
        for label in slices[frame.slice] {
          bytes.append(UInt8(truncatingIfNeeded: label))
          if isWide { bytes.append(UInt8(label >> 8)) }
        }
      }
    case .binary:
      let count = slices.lazy.map(\.count).max() ?? 0
      bytes = [UInt8](repeating: 0, count: (count * frames.count + 7) / 8)
      // One string of bits: frames do not begin at a byte of their own (PS3.5, 8.1.1).
      for (index, frame) in frames.enumerated() {
        guard let place = frame.segment else { continue }
        let label = segments[place].label
        let start = index * count
        for (pixel, value) in slices[frame.slice].enumerated() where value == label {
          bytes[(start + pixel) >> 3] |= 1 << UInt8((start + pixel) & 7)
        }
      }
    }
    if !bytes.count.isMultiple(of: 2) { bytes.append(0) }
    set.set(.pixelData, bits == 16 ? "OW" : "OB", bytes: bytes)
  }

  /// The images, by series.
  private static func references(to series: ImageSeries) -> DataSet {
    var item = DataSet()
    item.set(.seriesUID, "UI", series.uid)
    item.set(.instanceReferences, items: series.instances.map(\.reference))
    return item
  }

  /// What is no structure, which a label map describes too.
  private static func background(_ writer: ObjectWriter) -> DataSet {
    let code = ConceptCode("125040", "Background", scheme: "DCM")
    let concept = StructureConcept(category: code, type: code, modifiers: [])
    return Segment(
      label: 0,
      name: "Background",
      concept: concept,
      color: StructureColor(0, 0, 0),
      algorithm: "None"
    ).item(0, writer)
  }
}

extension SegmentationSet.Segment {
  fileprivate func item(_ number: UInt16, _ writer: ObjectWriter) -> DataSet {
    var item = DataSet()
    item.set(.propertyCategory, items: [concept.category.item])
    item.set(.segmentNumber, words: [number])
    item.set(.segmentLabel, "LO", bytes: writer.text(name, limit: 64))
    item.set(.segmentAlgorithmType, "CS", "AUTOMATIC")
    item.set(.segmentAlgorithmName, "LO", bytes: writer.text(algorithm, limit: 64))
    item.set(.displayColor, words: color.cieLab)
    var type = concept.type.item
    if !concept.modifiers.isEmpty {
      type.set(.propertyModifiers, items: concept.modifiers.map(\.item))
    }
    item.set(.propertyType, items: [type])
    return item
  }
}

extension ConceptCode {
  /// The term as an item of a code sequence.
  var item: DataSet {
    var item = DataSet()
    item.set(.codeValue, "SH", value)
    item.set(.codeScheme, "SH", scheme)
    item.set(.codeMeaning, "LO", meaning)
    return item
  }
}
