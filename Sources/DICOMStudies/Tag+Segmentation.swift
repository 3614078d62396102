extension Tag {
  static let contentDate = Tag(0x0008_0023)
  static let contentTime = Tag(0x0008_0033)
  static let codeValue = Tag(0x0008_0100)
  static let codeScheme = Tag(0x0008_0102)
  static let codeMeaning = Tag(0x0008_0104)
  static let seriesReferences = Tag(0x0008_1115)
  static let instanceReferences = Tag(0x0008_114A)
  static let sourceImages = Tag(0x0008_2112)
  static let derivationImages = Tag(0x0008_9124)
  static let derivationCode = Tag(0x0008_9215)
  static let sliceThickness = Tag(0x0018_0050)
  static let spacingBetweenSlices = Tag(0x0018_0088)
  static let deviceSerialNumber = Tag(0x0018_1000)
  static let instanceNumber = Tag(0x0020_0013)
  static let frameContent = Tag(0x0020_9111)
  static let planePosition = Tag(0x0020_9113)
  static let planeOrientation = Tag(0x0020_9116)
  static let dimensionIndexValues = Tag(0x0020_9157)
  static let dimensionOrganizationUID = Tag(0x0020_9164)
  static let dimensionIndexPointer = Tag(0x0020_9165)
  static let functionalGroupPointer = Tag(0x0020_9167)
  static let dimensionOrganizations = Tag(0x0020_9221)
  static let dimensionIndices = Tag(0x0020_9222)
  static let dimensionLabel = Tag(0x0020_9421)
  static let samplesPerPixel = Tag(0x0028_0002)
  static let photometricInterpretation = Tag(0x0028_0004)
  static let bitsAllocated = Tag(0x0028_0100)
  static let bitsStored = Tag(0x0028_0101)
  static let highBit = Tag(0x0028_0102)
  static let pixelRepresentation = Tag(0x0028_0103)
  static let pixelPadding = Tag(0x0028_0120)
  static let spatialLocationsPreserved = Tag(0x0028_135A)
  static let lossyCompression = Tag(0x0028_2110)
  static let pixelMeasures = Tag(0x0028_9110)
  static let purposeOfReference = Tag(0x0040_A170)
  static let segmentationType = Tag(0x0062_0001)
  static let segments = Tag(0x0062_0002)
  static let propertyCategory = Tag(0x0062_0003)
  static let segmentNumber = Tag(0x0062_0004)
  static let segmentLabel = Tag(0x0062_0005)
  static let segmentDescription = Tag(0x0062_0006)
  static let segmentAlgorithmType = Tag(0x0062_0008)
  static let segmentAlgorithmName = Tag(0x0062_0009)
  static let segmentIdentification = Tag(0x0062_000A)
  static let referencedSegment = Tag(0x0062_000B)
  static let displayColor = Tag(0x0062_000D)
  static let largestFraction = Tag(0x0062_000E)
  static let propertyType = Tag(0x0062_000F)
  static let propertyModifiers = Tag(0x0062_0011)
  static let segmentsOverlap = Tag(0x0062_0013)
  static let contentLabel = Tag(0x0070_0080)
  static let contentDescription = Tag(0x0070_0081)
  static let contentCreator = Tag(0x0070_0084)
  static let sharedGroups = Tag(0x5200_9229)
  static let frameGroups = Tag(0x5200_9230)
  static let pixelData = Tag(0x7FE0_0010)
}

extension DataSet {
  /// Sets numbers of two bytes.
  mutating func set(_ tag: Tag, words: [UInt16]) {
    set(tag, "US", bytes: words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
  }

  /// Sets numbers of four bytes.
  mutating func set(_ tag: Tag, longWords: [UInt32]) {
    set(
      tag,
      "UL",
      bytes: longWords.flatMap { word in
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
    )
  }

  /// Sets a tag as a value.
  mutating func set(_ tag: Tag, pointer: Tag) {
    let words = [UInt16(pointer.number >> 16), UInt16(pointer.number & 0xFFFF)]
    set(tag, "AT", bytes: words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
  }

  /// Sets decimal numbers.
  mutating func set(_ tag: Tag, decimals: [Double]) {
    set(tag, "DS", decimals.map(decimalString).joined(separator: "\\"))
  }
}

/// A number in at most 16 characters (PS3.5, DS): ten digits after the point where there is room.
func decimalString(_ value: Double) -> String {
  for digits in stride(from: 10, through: 0, by: -1) {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let text = "\((value * scale).rounded() / scale)"
    if text.utf8.count <= 16 { return text }
  }
  return "0"
}
