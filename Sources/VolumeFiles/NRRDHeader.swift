internal import Foundation

/// Checks the text header of an NRRD file before any library sees it.
/// - SeeAlso: <https://teem.sourceforge.net/nrrd/format.html>
func checkedNRRDHeader(_ bytes: [UInt8], at url: URL) throws(VolumeFileError) -> VolumeHeader {
  let name = url.lastPathComponent
  func invalid(_ reason: String) -> VolumeFileError {
    .badHeader(file: name, format: .nrrd, reason: reason)
  }
  guard let header = TextHeader(bytes, longestLine: 1 << 16, isLast: \.isEmpty),
    let magic = header.lines.first, magic.hasPrefix("NRRD000"), magic.utf8.count == 8,
    let version = magic.last?.wholeNumberValue, (1...5).contains(version)
  else { throw invalid("it does not begin with NRRD0001 to NRRD0005") }

  var fields: [String: String] = [:]
  var keyValues: [(key: String, value: String)] = []
  for line in header.lines.dropFirst() where !line.isEmpty && !line.hasPrefix("#") {
    if let mark = line.range(of: ":="), !line[..<mark.lowerBound].contains(": ") {
      keyValues.append((String(line[..<mark.lowerBound]), String(line[mark.upperBound...])))
    } else if let mark = line.range(of: ": ") {
      let field = line[..<mark.lowerBound].lowercased()
      let known = NRRDField.synonyms[field] ?? field
      guard NRRDField.names.contains(known) else {
        throw invalid("\"\(field.prefix(40))\" is not a field of NRRD")
      }
      let value = String(line[mark.upperBound...]).trimmed
      guard fields.updateValue(value, forKey: known) == nil else {
        throw invalid("the field \(known) comes twice")
      }
    } else {
      throw invalid("the line \"\(line.prefix(40))\" is neither a field nor a key and value")
    }
  }
  let checked = NRRDFields(fields: fields, name: name)
  let size = try checked.size()
  try checked.checkGeometry()
  return VolumeHeader(
    format: .nrrd,
    name: name,
    layout: try checked.layout(size: size, header: header, url: url),
    keyValues: keyValues
  )
}

/// The names of NRRD's fields and types.
private enum NRRDField {
  static let names: Set<String> = [
    "type", "dimension", "sizes", "spacings", "thicknesses", "axis mins", "axis maxs", "centers",
    "kinds", "labels", "units", "min", "max", "old min", "old max", "endian", "encoding",
    "line skip", "byte skip", "content", "data file", "space", "space dimension", "space units",
    "space origin", "space directions", "measurement frame", "sample units", "block size",
  ]
  static let synonyms = [
    "axismins": "axis mins", "axismaxs": "axis maxs", "centerings": "centers",
    "oldmin": "old min", "oldmax": "old max", "lineskip": "line skip", "byteskip": "byte skip",
    "datafile": "data file", "sampleunits": "sample units", "blocksize": "block size",
  ]
  static let types: [String: ScalarType] = {
    let spellings: [(ScalarType, [String])] = [
      (.int8, ["signed char", "int8", "int8_t"]),
      (.uint8, ["uchar", "unsigned char", "uint8", "uint8_t"]),
      (.int16, ["short", "short int", "signed short", "signed short int", "int16", "int16_t"]),
      (.uint16, ["ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"]),
      (.int32, ["int", "signed int", "int32", "int32_t"]),
      (.uint32, ["uint", "unsigned int", "uint32", "uint32_t"]),
      (
        .int64,
        [
          "longlong", "long long", "long long int", "signed long long", "signed long long int",
          "int64", "int64_t",
        ]
      ),
      (
        .uint64,
        [
          "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t",
        ]
      ),
      (.float32, ["float"]), (.float64, ["double"]),
    ]
    return Dictionary(
      uniqueKeysWithValues: spellings.flatMap { type, names in names.map { ($0, type) } }
    )
  }()
  /// ITK 5.2 takes left-anterior-superior for right-posterior-superior, so it is not among them.
  static let spaces: Set<String> = [
    "left-posterior-superior", "lps", "right-anterior-superior", "ras",
  ]
}

/// The fields of one header, each looked up and checked.
private struct NRRDFields {
  let fields: [String: String]
  let name: String

  func invalid(_ reason: String) -> VolumeFileError {
    .badHeader(file: name, format: .nrrd, reason: reason)
  }

  /// The three sizes; a fourth of one entry is let through.
  func size() throws(VolumeFileError) -> SIMD3<Int> {
    guard let text = fields["dimension"], let dimension = plainInteger(text),
      (1...16).contains(dimension)
    else { throw invalid("dimension is missing or not from 1 to 16") }
    let words = (fields["sizes"] ?? "").split(separator: " ")
    let sizes = words.compactMap { plainInteger($0) }
    guard sizes.count == dimension, words.count == dimension else {
      throw invalid("sizes has not \(dimension) numbers")
    }
    let kinds = (fields["kinds"] ?? "").lowercased().split(separator: " ")
    for (axis, kind) in kinds.prefix(dimension).enumerated()
    where !["domain", "space", "???", "none", "time"].contains(kind) {
      throw .unsupported(file: name, reason: "axis \(axis) is of the kind \(kind.prefix(20))")
    }
    guard dimension == 3 || dimension == 4 && sizes[3] == 1 else {
      throw .unsupported(
        file: name,
        reason: "it has \(dimension) dimensions (\(words.prefix(8).joined(separator: "×")))"
      )
    }
    guard let size = checkedSize(Array(sizes.prefix(3))) else {
      throw invalid("the sizes are \(words.prefix(3).joined(separator: "×"))")
    }
    return size
  }

  /// Refuses frames that are not the patient's, and numbers that are not finite.
  func checkGeometry() throws(VolumeFileError) {
    if let space = fields["space"]?.lowercased(), !NRRDField.spaces.contains(space) {
      throw invalid(
        "the space is \"\(space.prefix(40))\", left-posterior-superior or "
          + "right-anterior-superior is expected"
      )
    }
    if let text = fields["space dimension"], plainInteger(text) != 3 {
      throw invalid("the space dimension is not 3")
    }
    if fields["space"] == nil && fields["space dimension"] == nil
      && (fields["space directions"] != nil || fields["space origin"] != nil)
    {
      throw invalid("space directions or a space origin without a space")
    }
    for field in ["space directions", "space origin"] {
      guard let text = fields[field] else { continue }
      guard let vectors = vectors(text), vectors.count == (field == "space origin" ? 1 : 3) else {
        throw invalid("\(field) is not made of finite vectors of three numbers")
      }
    }
    for field in ["spacings", "thicknesses", "axis mins", "axis maxs"] {
      guard let text = fields[field] else { continue }
      // NRRD writes NaN for what is unknown of an axis.
      let known = text.split(separator: " ").filter { $0.lowercased() != "nan" }
      guard finiteNumbers(known.joined(separator: " "), limit: 4) != nil else {
        throw invalid("\(field) is not made of finite numbers")
      }
    }
  }

  /// Vectors in parentheses; `none` stands for an axis outside space and is left out.
  private func vectors(_ text: String) -> [[Double]]? {
    var vectors: [[Double]] = []
    var rest = text.trimmed[...]
    while !rest.isEmpty {
      if rest.hasPrefix("none") {
        rest = rest.dropFirst(4)
      } else {
        guard rest.first == "(", let close = rest.firstIndex(of: ")") else { return nil }
        let words = rest[rest.index(after: rest.startIndex)..<close].split(separator: ",")
        let numbers = words.compactMap { plainNumber(String($0).trimmed) }
        guard numbers.count == 3, words.count == 3, vectors.count < 4 else { return nil }
        vectors.append(numbers)
        rest = rest[rest.index(after: close)...]
      }
      rest = rest.drop { $0 == " " || $0 == "\t" }
    }
    return vectors
  }

  /// Where the voxels are and how they are stored.
  func layout(
    size: SIMD3<Int>,
    header: TextHeader,
    url: URL
  ) throws(VolumeFileError) -> VoxelLayout {
    guard let type = fields["type"]?.lowercased() else { throw invalid("type is missing") }
    guard let scalar = NRRDField.types[type] else {
      throw .unsupported(file: name, reason: "the voxels are of the type \"\(type.prefix(40))\"")
    }
    let encoding: VoxelLayout.Encoding
    switch fields["encoding"]?.lowercased() {
    case "raw": encoding = .raw
    case "gzip", "gz": encoding = .gzip
    case let other:
      throw .unsupported(
        file: name,
        reason: "the encoding is \"\(other?.prefix(20) ?? "")\", raw or gzip is expected"
      )
    }
    let isBigEndian: Bool
    switch fields["endian"]?.lowercased() {
    case "little": isBigEndian = false
    case "big": isBigEndian = true
    case nil where scalar.size == 1: isBigEndian = false
    default: throw invalid("endian is neither little nor big")
    }
    guard fields["line skip"].map({ plainInteger($0) == 0 }) ?? true else {
      throw .unsupported(file: name, reason: "line skip is not 0")
    }
    guard let skip = plainInteger(fields["byte skip"] ?? "0"), (0...1 << 40).contains(skip) else {
      throw .unsupported(file: name, reason: "byte skip is not a whole number from 0")
    }
    var file = url
    var offset = header.end
    if let data = fields["data file"] {
      guard let found = voxelFile(named: data, beside: url), !data.hasPrefix("LIST"),
        !data.contains("%")
      else {
        throw .unsupported(file: name, reason: "the voxels are not in one file beside the header")
      }
      file = found
      offset = 0
    } else if header.lines.last?.isEmpty != true {
      throw invalid("no empty line ends it")
    }
    return VoxelLayout(
      file: file,
      encoding: encoding,
      offset: offset,
      skip: skip,
      scalar: scalar,
      isBigEndian: isBigEndian,
      size: size,
      rescale: nil
    )
  }
}
