/// A DICOM attribute's tag: group and element.
struct DICOMTag: Hashable, Comparable {
  var group: Int
  var element: Int

  init(_ group: Int, _ element: Int) {
    self.group = group
    self.element = element
  }

  static func < (a: DICOMTag, b: DICOMTag) -> Bool {
    (a.group, a.element) < (b.group, b.element)
  }

  static let item = DICOMTag(0xFFFE, 0xE000)
  static let itemEnd = DICOMTag(0xFFFE, 0xE00D)
  static let sequenceEnd = DICOMTag(0xFFFE, 0xE0DD)
  static let transferSyntax = DICOMTag(0x0002, 0x0010)
  static let pixelData = DICOMTag(0x7FE0, 0x0010)
}

/// The head of one element: where its value is. `length` is `nil` where it is undefined.
private struct DICOMElement {
  var tag: DICOMTag
  var vr: String
  var start: Int
  var length: Int?
}

/// Where a file keeps its pixels.
enum DICOMPixels: Hashable {
  /// As they are: offset and length in bytes.
  case native(offset: Int, length: Int)
  /// Compressed: offset and length of each fragment.
  case fragments([Range<Int>])
}

/// The attributes of one file that a volume needs, and where its pixels are.
///
/// A strict walk over the data set (PS3.5, section 7): every length is checked against the file,
/// values other than the wanted ones are stepped over, nesting is bounded.
struct DICOMDataSet {
  /// UID of the encoding.
  private(set) var transferSyntax = ""
  /// The wanted values as text, or as numbers in text for binary ones.
  private(set) var values: [DICOMTag: String] = [:]
  private(set) var pixels: DICOMPixels?

  /// How deep sequences may lie in each other.
  private static let deepest = 16
  /// The longest value that is kept; the wanted ones are far shorter.
  private static let longestValue = 1 << 12

  /// Reads a file's data set up to its pixels; attributes found before damage stay in `self`.
  mutating func read(
    _ file: inout DICOMBytes,
    wanted: Set<DICOMTag>
  ) throws(DICOMDamage) {
    var offset = 132
    // The file's meta information is always explicit little endian (PS3.10, section 7.1).
    while offset + 2 <= file.size, try file.uint16(at: offset) == 0x0002 {
      let element = try head(&file, at: offset, isExplicit: true)
      if element.tag == .transferSyntax { transferSyntax = try text(&file, element) }
      offset = try end(&file, of: element, isExplicit: true, depth: 0)
    }
    guard !transferSyntax.isEmpty else { throw DICOMDamage(reason: "it names no transfer syntax") }
    guard !["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"].contains(transferSyntax) else {
      // Retired big endian and deflated data sets: nothing after this point can be walked.
      throw DICOMDamage(
        reason: "its transfer syntax \(transferSyntax) (big endian or deflated) is not read"
      )
    }
    let isExplicit = transferSyntax != "1.2.840.10008.1.2"
    while offset < file.size {
      let element = try head(&file, at: offset, isExplicit: isExplicit)
      if element.tag == .pixelData {
        pixels = try pixels(&file, element)
        return
      }
      guard element.tag < .pixelData else { return }
      if wanted.contains(element.tag) && values[element.tag] == nil {
        values[element.tag] = try text(&file, element)
      }
      offset = try end(&file, of: element, isExplicit: isExplicit, depth: 0)
    }
  }

  /// The head of the element at an offset (PS3.5, section 7.1).
  private func head(
    _ file: inout DICOMBytes,
    at offset: Int,
    isExplicit: Bool
  ) throws(DICOMDamage) -> DICOMElement {
    let tag = try DICOMTag(file.uint16(at: offset), file.uint16(at: offset + 2))
    if !isExplicit || tag.group == 0xFFFE {
      return DICOMElement(
        tag: tag,
        vr: "",
        start: offset + 8,
        length: length(try file.uint32(at: offset + 4))
      )
    }
    let letters = try file.bytes(at: offset + 4, count: 2)
    guard letters.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw DICOMDamage(reason: "the element at byte \(offset) has no value representation")
    }
    let vr = String(decoding: letters, as: UTF8.self)
    if ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].contains(vr) {
      return DICOMElement(
        tag: tag,
        vr: vr,
        start: offset + 12,
        length: length(try file.uint32(at: offset + 8))
      )
    }
    return DICOMElement(
      tag: tag,
      vr: vr,
      start: offset + 8,
      length: try file.uint16(at: offset + 6)
    )
  }

  private func length(_ stored: Int) -> Int? { stored == 0xFFFF_FFFF ? nil : stored }

  /// The first byte after an element.
  private func end(
    _ file: inout DICOMBytes,
    of element: DICOMElement,
    isExplicit: Bool,
    depth: Int
  ) throws(DICOMDamage) -> Int {
    if let length = element.length {
      guard length <= file.size - element.start else {
        throw DICOMDamage(
          reason: "an element at byte \(element.start) promises \(length) bytes beyond its end"
        )
      }
      return element.start + length
    }
    guard depth < Self.deepest else {
      throw DICOMDamage(reason: "sequences lie more than \(Self.deepest) deep in each other")
    }
    guard element.vr.isEmpty || element.vr == "SQ" || element.vr == "UN" else {
      throw DICOMDamage(reason: "an element at byte \(element.start) has no length")
    }
    // A sequence of unknown kind is written in implicit form (PS3.5, section 6.2.2, note 7).
    let isExplicit = isExplicit && element.vr != "UN"
    var offset = element.start
    while true {
      let item = try head(&file, at: offset, isExplicit: isExplicit)
      if item.tag == .sequenceEnd { return item.start }
      guard item.tag == .item else {
        throw DICOMDamage(reason: "a sequence has no item at byte \(offset)")
      }
      if item.length != nil {
        offset = try end(&file, of: item, isExplicit: isExplicit, depth: depth + 1)
        continue
      }
      offset = item.start
      while true {
        let inner = try head(&file, at: offset, isExplicit: isExplicit)
        if inner.tag == .itemEnd {
          offset = inner.start
          break
        }
        offset = try end(&file, of: inner, isExplicit: isExplicit, depth: depth + 1)
      }
    }
  }

  /// A value as text; binary numbers of two bytes in decimal.
  private func text(
    _ file: inout DICOMBytes,
    _ element: DICOMElement
  ) throws(DICOMDamage) -> String {
    guard let length = element.length, length <= Self.longestValue else {
      throw DICOMDamage(reason: "an element at byte \(element.start) is longer than it may be")
    }
    if element.tag.isBinary {
      return length >= 2 ? String(try file.uint16(at: element.start)) : ""
    }
    let bytes = try file.bytes(at: element.start, count: length)
    let trimmed = String(decoding: bytes, as: UTF8.self)
    return String(trimmed.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\0" }.reversed())
  }

  /// Where the pixels are; fragments end with a delimiter (PS3.5, annex A.4).
  private func pixels(
    _ file: inout DICOMBytes,
    _ element: DICOMElement
  ) throws(DICOMDamage) -> DICOMPixels {
    if let length = element.length {
      guard length <= file.size - element.start else {
        throw DICOMDamage(
          reason: "its pixels end after \(file.size - element.start) of \(length) bytes"
        )
      }
      return .native(offset: element.start, length: length)
    }
    var fragments: [Range<Int>] = []
    var offset = element.start
    while true {
      let item = try head(&file, at: offset, isExplicit: false)
      if item.tag == .sequenceEnd { break }
      guard item.tag == .item, let length = item.length, length <= file.size - item.start else {
        throw DICOMDamage(reason: "its compressed pixels end early, at byte \(offset)")
      }
      fragments.append(item.start..<(item.start + length))
      offset = item.start + length
    }
    // The first item is the table of offsets, not pixels.
    return .fragments(Array(fragments.dropFirst()))
  }
}

extension DICOMTag {
  /// Whether the value is a number of two bytes (US): those of group 0028 that describe pixels.
  fileprivate var isBinary: Bool {
    group == 0x0028
      && [0x0002, 0x0006, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103].contains(element)
  }
}
