internal import Anatomy
public import Foundation
internal import Volumes

extension SegmentationFile {
  /// Reads a Segmentation file: binary, fractional (inside from one half on), or a label map.
  /// - Throws: ``DICOMObjectError`` where the file is damaged, compressed or another object.
  public static func read(at url: URL) throws(DICOMObjectError) -> SegmentationFile {
    try SegmentationFile(DICOMObject.read(at: url), file: url.lastPathComponent)
  }

  /// The segmentation of an object.
  /// - Throws: ``DICOMObjectError``.
  public init(_ object: DICOMObject, file: String) throws(DICOMObjectError) {
    let set = object.dataSet
    guard set.text(.modality) == "SEG" else {
      let found = set.text(.modality) ?? "an object without a modality"
      throw .wrongObject(file: file, found: found, expected: "a Segmentation")
    }
    func bad(_ name: String, _ tag: Tag) -> DICOMObjectError {
      .badAttribute(file: file, name: name, tag: tag)
    }
    guard let rows = set.integers(.rows).first, rows > 0 else { throw bad("Rows", .rows) }
    guard let columns = set.integers(.columns).first, columns > 0 else {
      throw bad("Columns", .columns)
    }
    let storage = try Self.storage(set, file: file)
    guard let pixels = set.bytes(.pixelData) else { throw bad("Pixel Data", .pixelData) }
    let groups = set.items(.frameGroups)
    guard !groups.isEmpty, set.integers(.frameCount).first ?? 1 == groups.count else {
      throw bad("Number of Frames", .frameCount)
    }
    // Sizes of 16 bits and as many frames as there are items: the products fit.
    let voxels = rows * columns * groups.count
    let needed: Int
    switch storage {
    case .bits: needed = (voxels + 7) / 8
    case .fractions: needed = voxels
    case .labels(let size): needed = voxels * size
    }
    guard pixels.count >= needed else { throw bad("Pixel Data", .pixelData) }

    let shared = set.items(.sharedGroups).first ?? DataSet()
    var places: [(segment: Int?, geometry: InstanceHeader.Geometry)] = []
    for group in groups {
      guard
        let geometry = InstanceHeader.Geometry(group, shared: shared, size: [columns, rows])
      else { throw bad("Plane Position Sequence", .planePosition) }
      if case .labels = storage {
        places.append((nil, geometry))
      } else {
        let item =
          group.items(.segmentIdentification).first ?? shared.items(.segmentIdentification).first
        guard let number = item?.integers(.referencedSegment).first else {
          throw bad("Referenced Segment Number", .referencedSegment)
        }
        places.append((number, geometry))
      }
    }
    let (stack, slices) = try Self.stack(places.map(\.geometry), file: file)
    self.stack = stack
    frames = zip(places, slices).map { Frame(segment: $0.segment, slice: $1) }
    self.storage = storage
    self.pixels = pixels
    let characters = CharacterSet(set)
    segments = set.items(.segments).compactMap { item in
      guard let number = item.integers(.segmentNumber).first, number > 0 else { return nil }
      let type = item.items(.propertyType).first
      return Segment(
        number: number,
        name: item.text(.segmentLabel, in: characters) ?? "Segment \(number)",
        color: StructureColor(cieLab: item.integers(.displayColor).map { UInt16(clamping: $0) }),
        type: type.map {
          ConceptCode(
            $0.text(.codeValue) ?? "",
            $0.text(.codeMeaning, in: characters) ?? "",
            scheme: $0.text(.codeScheme) ?? ""
          )
        }
      )
    }
    guard !segments.isEmpty else { throw bad("Segment Sequence", .segments) }
    frameOfReference = set.text(.frameOfReference) ?? ""
    referencedSeries = set.items(.seriesReferences).compactMap { $0.text(.seriesUID) }
    declaredSpacing = shared.items(.pixelMeasures).first?.decimals(.spacingBetweenSlices)?.first
      .flatMap { $0 > 1e-3 && $0 < 1e4 ? $0 : nil }
  }

  private static func storage(
    _ set: DataSet,
    file: String
  ) throws(DICOMObjectError) -> Storage {
    let bits = set.integers(.bitsAllocated).first
    switch (set.text(.segmentationType), bits) {
    case ("BINARY", 1): return .bits
    case ("FRACTIONAL", 8):
      let largest = set.integers(.largestFraction).first ?? 255
      return .fractions(threshold: UInt8(clamping: max(1, (largest + 1) / 2)))
    case ("LABELMAP", 8): return .labels(bytes: 1)
    case ("LABELMAP", 16): return .labels(bytes: 2)
    default: throw .badAttribute(file: file, name: "Segmentation Type", tag: .segmentationType)
    }
  }

  /// The planes of all frames, each once, and which one each frame lies on.
  private static func stack(
    _ places: [InstanceHeader.Geometry],
    file: String
  ) throws(DICOMObjectError) -> (SliceStack, [Int]) {
    let base = places[0]
    guard
      places.allSatisfy({
        length($0.row - base.row) < 2e-3 && length($0.column - base.column) < 2e-3
          && $0.spacing == base.spacing
      })
    else {
      throw .notAStack(series: "of segments", reason: "\(file) has planes that are not parallel")
    }
    let normal = base.normal
    let order = places.indices.sorted {
      dot(places[$0].origin, normal) < dot(places[$1].origin, normal)
    }
    var origins: [SIMD3<Double>] = []
    var slices = [Int](repeating: 0, count: places.count)
    for index in order {
      let origin = places[index].origin
      // Frames of several structures lie on one plane.
      if let last = origins.last, dot(origin - last, normal) < 0.01 {
        guard length(origin - last) < 0.01 else {
          throw .notAStack(series: "of segments", reason: "\(file) has frames beside each other")
        }
      } else {
        origins.append(origin)
      }
      slices[index] = origins.count - 1
    }
    do {
      let stack = try SliceStack(
        size: base.size,
        pixelSpacing: base.spacing,
        row: base.row,
        column: base.column,
        origins: origins
      )
      return (stack, slices)
    } catch {
      throw .notAStack(series: "of segments", reason: "\(error)")
    }
  }
}

extension InstanceHeader.Geometry {
  /// A frame's place from its functional groups, or from those that all frames share.
  fileprivate init?(_ group: DataSet, shared: DataSet, size: SIMD2<Int>) {
    func item(_ tag: Tag) -> DataSet? { group.items(tag).first ?? shared.items(tag).first }
    guard let place = item(.planePosition)?.decimals(.position), place.count == 3,
      let axes = item(.planeOrientation)?.decimals(.orientation), axes.count == 6,
      let distances = item(.pixelMeasures)?.decimals(.pixelSpacing), distances.count == 2
    else { return nil }
    self.init(
      size: size,
      spacing: [distances[1], distances[0]],
      origin: [place[0], place[1], place[2]],
      row: [axes[0], axes[1], axes[2]],
      column: [axes[3], axes[4], axes[5]]
    )
  }
}
