public import Anatomy
public import Volumes

/// A Segmentation object as a file holds it: structures by their pixels on planes in the patient.
public struct SegmentationFile: Sendable {
  /// One structure.
  public struct Segment: Hashable, Sendable {
    /// Segment Number.
    public var number: Int
    /// Segment Label; "Segment n" where there is none.
    public var name: String
    /// The color that it recommends.
    public var color: StructureColor?
    /// What it is, where the file says so.
    public var type: ConceptCode?
  }

  /// The structures in the file's order, without a label map's background.
  public let segments: [Segment]
  /// The planes that frames lie on, by their position along the normal.
  public let stack: SliceStack
  /// Frame of Reference UID; empty where none is named.
  public let frameOfReference: String
  /// Series Instance UIDs of the images referred to.
  public let referencedSeries: [String]
  /// The distance between planes that the file declares, in mm.
  let declaredSpacing: Double?
  let storage: Storage
  let frames: [Frame]

  /// How pixels are stored.
  enum Storage: Sendable {
    /// One bit each.
    case bits
    /// One byte each; inside from the given value on.
    case fractions(threshold: UInt8)
    /// A label of one or two bytes each.
    case labels(bytes: Int)
  }

  /// A plane of one structure, or of all.
  struct Frame: Sendable {
    /// Segment Number; `nil` in a label map.
    var segment: Int?
    /// The place in ``stack``.
    var slice: Int
  }

  let pixels: [UInt8]

  /// Whether a structure's pixels on a plane are inside: 1 or 0, row by row; `nil` where the plane
  /// has none of it.
  public func pixels(of segment: Segment, slice: Int) -> [UInt8]? {
    let count = stack.size.x * stack.size.y
    var result: [UInt8]?
    for (index, frame) in frames.enumerated() where frame.slice == slice {
      guard frame.segment == nil || frame.segment == segment.number else { continue }
      var inside = result ?? [UInt8](repeating: 0, count: count)
      var isFound = false
      for pixel in 0..<count where isInside(index * count + pixel, segment.number) {
        inside[pixel] = 1
        isFound = true
      }
      if isFound { result = inside }
    }
    return result
  }

  private func isInside(_ place: Int, _ number: Int) -> Bool {
    switch storage {
    case .bits: pixels[place >> 3] >> UInt8(place & 7) & 1 == 1
    case .fractions(let threshold): pixels[place] >= threshold
    case .labels(bytes: 1): Int(pixels[place]) == number
    case .labels: Int(pixels[2 * place]) | Int(pixels[2 * place + 1]) << 8 == number
    }
  }

  /// The grid whose planes the frames lie on, with room for planes between them that have none.
  /// - Throws: ``DICOMObjectError/notAStack(series:reason:)`` where the planes have no even distance.
  public func grid() throws(DICOMObjectError) -> VoxelGrid {
    func refusal(_ reason: String) -> DICOMObjectError {
      .notAStack(series: "of segments", reason: reason)
    }
    let gaps = stack.gaps
    let spacing = declaredSpacing ?? gaps.min() ?? 1
    let first = stack.position(of: 0)
    var last = 0
    for index in stack.origins.indices {
      let steps = (stack.position(of: index) - first) / spacing
      guard (steps - steps.rounded()).magnitude < 0.05, steps < 65535 else {
        throw refusal("its planes are not at one distance, which a label map needs")
      }
      last = Int(steps.rounded())
    }
    // Planes far apart would ask for voxels that no file holds.
    guard stack.size.x * stack.size.y * (last + 1) <= 1 << 29 else {
      throw refusal("its planes are spread over \(last + 1) slices, more than are read")
    }
    do {
      return try VoxelGrid(
        size: [stack.size.x, stack.size.y, last + 1],
        spacing: [stack.pixelSpacing.x, stack.pixelSpacing.y, spacing],
        origin: stack.origins[0],
        direction: Matrix3(columns: stack.row, stack.column, stack.normal)
      )
    } catch {
      throw refusal("\(error)")
    }
  }
}
