internal import Foundation

/// Checks the text header of a MetaImage file before any library sees it.
/// - SeeAlso: <https://itk.org/Wiki/ITK/MetaIO/Documentation>
func checkedMetaImageHeader(
  _ bytes: [UInt8],
  at url: URL,
  ofVectors: Bool = false
) throws(VolumeFileError) -> VolumeHeader {
  let name = url.lastPathComponent
  func invalid(_ reason: String) -> VolumeFileError {
    .badHeader(file: name, format: .metaImage, reason: reason)
  }
  func key(_ line: String) -> String? {
    line.firstIndex(of: "=").map { String(line[..<$0]).trimmed }
  }
  // MetaIO keeps a line in fixed buffers; none of its own fields comes near this length.
  guard
    let header = TextHeader(bytes, longestLine: 1000, isLast: { key($0) == "ElementDataFile" }),
    let last = header.lines.last, key(last) == "ElementDataFile"
  else { throw invalid("no line \"ElementDataFile = …\" ends it") }

  var fields: [String: String] = [:]
  for line in header.lines where !line.trimmed.isEmpty {
    guard let key = key(line), let mark = line.firstIndex(of: "="), !key.isEmpty,
      key.utf8.count < 64
    else { throw invalid("the line \"\(line.prefix(40))\" is not of the form \"key = value\"") }
    let value = String(line[line.index(after: mark)...]).trimmed
    guard fields.updateValue(value, forKey: key) == nil else {
      throw invalid("the field \(key) comes twice")
    }
  }
  let checked = MetaImageFields(fields: fields, name: name, components: ofVectors ? 3 : 1)
  let size = try checked.size()
  try checked.checkGeometry()
  return VolumeHeader(
    format: .metaImage,
    name: name,
    layout: try checked.layout(size: size, headerEnd: header.end, url: url)
  )
}

/// The fields of one header, each looked up and checked.
private struct MetaImageFields {
  let fields: [String: String]
  let name: String
  /// How many numbers a voxel has.
  let components: Int

  static let types: [String: ScalarType] = [
    "MET_CHAR": .int8, "MET_UCHAR": .uint8, "MET_SHORT": .int16, "MET_USHORT": .uint16,
    "MET_INT": .int32, "MET_UINT": .uint32, "MET_LONG": .int32, "MET_ULONG": .uint32,
    "MET_LONG_LONG": .int64, "MET_ULONG_LONG": .uint64, "MET_FLOAT": .float32,
    "MET_DOUBLE": .float64,
  ]

  func invalid(_ reason: String) -> VolumeFileError {
    .badHeader(file: name, format: .metaImage, reason: reason)
  }

  /// The three sizes; a fourth of one entry is let through.
  func size() throws(VolumeFileError) -> SIMD3<Int> {
    if let type = fields["ObjectType"], type != "Image" {
      throw .unsupported(file: name, reason: "the object is of the type \(type.prefix(20))")
    }
    guard let text = fields["NDims"], let dimension = plainInteger(text),
      (1...10).contains(dimension)
    else { throw invalid("NDims is missing or not from 1 to 10") }
    let words = (fields["DimSize"] ?? "").split(separator: " ")
    let sizes = words.compactMap { plainInteger($0) }
    guard sizes.count == dimension, words.count == dimension else {
      throw invalid("DimSize has not \(dimension) numbers")
    }
    let channels = fields["ElementNumberOfChannels"] ?? "1"
    guard plainInteger(channels) == components else {
      let isOne = plainInteger(channels) == 1
      let found = isOne ? "one number" : "\(channels.prefix(20)) numbers"
      let reason = "each voxel has \(found)"
      throw components == 1
        ? .unsupported(file: name, reason: reason) : .notVectors(file: name, reason: reason)
    }
    guard dimension == 3 || dimension == 4 && sizes[3] == 1 else {
      throw .unsupported(
        file: name,
        reason: "it has \(dimension) dimensions (\(words.joined(separator: "×").prefix(80)))"
      )
    }
    guard let size = checkedSize(Array(sizes.prefix(3))) else {
      throw invalid("the sizes are \(words.prefix(3).joined(separator: "×"))")
    }
    return size
  }

  /// Refuses numbers of the geometry that are not finite or not as many as the dimensions ask for.
  func checkGeometry() throws(VolumeFileError) {
    let dimension = fields["NDims"].flatMap { plainInteger($0) } ?? 3
    let counts = [
      "ElementSpacing": dimension, "ElementSize": dimension, "Offset": dimension,
      "Position": dimension, "Origin": dimension, "CenterOfRotation": dimension,
      "TransformMatrix": dimension * dimension, "Rotation": dimension * dimension,
      "Orientation": dimension * dimension,
    ]
    for (field, count) in counts.sorted(by: { $0.key < $1.key }) {
      guard let text = fields[field] else { continue }
      guard finiteNumbers(text, limit: count)?.count == count else {
        throw invalid("\(field) is not made of \(count) finite numbers")
      }
    }
    for group in [
      ["Offset", "Position", "Origin"], ["TransformMatrix", "Rotation", "Orientation"],
    ]
    where group.count(where: { fields[$0] != nil }) > 1 {
      throw invalid("\(group.joined(separator: ", ")) mean the same, but more than one is given")
    }
    if let letters = fields["AnatomicalOrientation"], letters.utf8.count > 10 {
      throw invalid("AnatomicalOrientation is too long")
    }
  }

  /// Where the voxels are and how they are stored.
  func layout(
    size: SIMD3<Int>,
    headerEnd: Int,
    url: URL
  ) throws(VolumeFileError) -> VoxelLayout {
    guard let type = fields["ElementType"] else { throw invalid("ElementType is missing") }
    guard let scalar = Self.types[type] else {
      throw .unsupported(file: name, reason: "the voxels are of the type \(type.prefix(40))")
    }
    let isBinary = try flag("BinaryData") ?? true
    guard isBinary else {
      throw .unsupported(file: name, reason: "the voxels are written as text")
    }
    let isCompressed = try flag("CompressedData") ?? false
    let elementOrder = try flag("ElementByteOrderMSB")
    let isBigEndian = try flag("BinaryDataByteOrderMSB") ?? elementOrder ?? false
    var layout = VoxelLayout(
      file: url,
      encoding: isCompressed ? .gzip : .raw,
      offset: headerEnd,
      skip: 0,
      scalar: scalar,
      isBigEndian: isBigEndian,
      size: size,
      components: components,
      rescale: nil
    )
    let data = fields["ElementDataFile"] ?? ""
    if !["LOCAL", "Local", "local"].contains(data) {
      guard let file = voxelFile(named: data, beside: url), !data.hasPrefix("LIST"),
        !data.contains("%")
      else {
        throw .unsupported(file: name, reason: "the voxels are not in one file beside the header")
      }
      layout.file = file
      layout.offset = 0
    }
    guard let skip = plainInteger(fields["HeaderSize"] ?? "0"), (-1...1 << 40).contains(skip) else {
      throw invalid("HeaderSize is not a whole number from -1")
    }
    if skip == -1 && !isCompressed {
      // The voxels are the last bytes of the file, whatever is before them.
      let held = try FilePrefix(of: layout.file, limit: 0).size
      layout.offset = max(0, held - layout.byteCount)
    } else if skip > 0 {
      layout.offset = skip
    }
    return layout
  }

  /// A field that is `True` or `False`, in any case.
  private func flag(_ field: String) throws(VolumeFileError) -> Bool? {
    guard let text = fields[field]?.lowercased() else { return nil }
    switch text {
    case "true", "1", "t", "y", "yes": return true
    case "false", "0", "f", "n", "no": return false
    default: throw invalid("\(field) is neither True nor False")
    }
  }
}
