/// A DICOM data set as a value: elements in the order of their tags, some of them sequences.
///
/// What is copied from one object to another is copied as bytes, so that its character set holds.
public struct DataSet: Hashable, Sendable {
  /// One attribute.
  public struct Element: Hashable, Sendable {
    /// Which attribute it is.
    public var tag: Tag
    /// The value representation's two letters (PS3.5, section 6.2).
    public var representation: String
    /// What it says.
    public var value: Value
  }

  /// What an element says.
  public enum Value: Hashable, Sendable {
    /// Text, or numbers in little endian; the representation says which.
    case bytes([UInt8])
    /// The items of a sequence.
    case items([DataSet])
  }

  /// The elements, ascending by tag, each tag once.
  public private(set) var elements: [Element] = []

  /// A data set without elements.
  public init() {}

  /// The element of a tag; setting `nil` removes it.
  public subscript(tag: Tag) -> Element? {
    get { place(of: tag).found.map { elements[$0] } }
    set {
      let (found, place) = place(of: tag)
      switch (found, newValue) {
      case (let index?, let element?): elements[index] = element
      case (let index?, nil): elements.remove(at: index)
      case (nil, let element?): elements.insert(element, at: place)
      case (nil, nil): break
      }
    }
  }

  private func place(of tag: Tag) -> (found: Int?, place: Int) {
    // Built in order, most elements go to the end.
    if let last = elements.last, last.tag < tag { return (nil, elements.count) }
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if elements[middle].tag < tag { low = middle + 1 } else { high = middle }
    }
    let isFound = low < elements.count && elements[low].tag == tag
    return (isFound ? low : nil, low)
  }

  /// Sets a value of text: several values are parted by backslashes, and an empty one is kept.
  public mutating func set(_ tag: Tag, _ representation: String, _ text: String) {
    set(tag, representation, bytes: Array(text.utf8))
  }

  /// Sets a value's bytes.
  public mutating func set(_ tag: Tag, _ representation: String, bytes: [UInt8]) {
    self[tag] = Element(tag: tag, representation: representation, value: .bytes(bytes))
  }

  /// Sets a sequence.
  public mutating func set(_ tag: Tag, items: [DataSet]) {
    self[tag] = Element(tag: tag, representation: "SQ", value: .items(items))
  }

  /// The items of a sequence; none where there is no such sequence.
  public func items(_ tag: Tag) -> [DataSet] {
    if case .items(let items)? = self[tag]?.value { return items }
    return []
  }

  /// A value's bytes; `nil` where there is none.
  public func bytes(_ tag: Tag) -> [UInt8]? {
    if case .bytes(let bytes)? = self[tag]?.value { return bytes }
    return nil
  }
}

extension DataSet {
  /// A value as text without its padding, in the character set named; `nil` where there is none or
  /// it is empty.
  public func text(_ tag: Tag, in characters: CharacterSet = .ascii) -> String? {
    guard let bytes = bytes(tag) else { return nil }
    let padding: Set<UInt8> = [0x20, 0x00]
    let kept = bytes.drop { padding.contains($0) }.reversed().drop { padding.contains($0) }
    return kept.isEmpty ? nil : characters.string(Array(kept.reversed()))
  }

  /// The values of text that backslashes part.
  public func texts(_ tag: Tag) -> [String] {
    guard let text = text(tag) else { return [] }
    return text.split(separator: "\\", omittingEmptySubsequences: false).map(trimmed)
  }

  /// Whole numbers written as text (IS), or stored as US.
  public func integers(_ tag: Tag) -> [Int] {
    guard let element = self[tag], case .bytes(let bytes) = element.value else { return [] }
    if element.representation == "US" {
      return stride(from: 0, to: bytes.count - 1, by: 2).map {
        Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8
      }
    }
    return texts(tag).compactMap { $0.utf8.count <= 12 ? Int($0) : nil }
  }

  /// Decimal numbers written as text (DS).
  /// - Returns: `nil` where a value is not a finite number.
  public func decimals(_ tag: Tag) -> [Double]? {
    guard let bytes = bytes(tag) else { return [] }
    return decimalNumbers(bytes)
  }
}

/// Text without blanks at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  var text = Substring(text)
  while let last = text.unicodeScalars.last, last == " " || last == "\0" { text.removeLast() }
  return String(text.drop { $0 == " " })
}
