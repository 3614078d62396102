internal import Foundation

/// How an object writes text: its Specific Character Set (PS3.3, C.12.1.1.2), as far as names and
/// descriptions of ours need it.
public enum CharacterSet: Hashable, Sendable {
  /// None named, or one that is not known here: letters of ASCII alone.
  case ascii
  /// ISO_IR 100, Western European.
  case latin1
  /// ISO_IR 192, Unicode.
  case utf8

  /// The set that an object names.
  init(_ dataSet: DataSet) {
    switch dataSet.texts(.characterSet) {
    case ["ISO_IR 100"], ["", "ISO 2022 IR 100"]: self = .latin1
    case ["ISO_IR 192"]: self = .utf8
    default: self = .ascii
    }
  }

  /// Bytes as text; what cannot be read becomes a question mark.
  func string(_ bytes: [UInt8]) -> String {
    switch self {
    case .utf8: String(decoding: bytes, as: UTF8.self)
    case .latin1: String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    case .ascii:
      String(
        String.UnicodeScalarView(bytes.map { $0 < 0x80 ? Unicode.Scalar($0) : "?" })
      )
    }
  }

  /// Text as bytes; letters that the set lacks lose their accents, or become underscores.
  func bytes(_ text: String) -> [UInt8] {
    let limit: UInt32
    switch self {
    case .utf8: return Array(text.utf8)
    case .latin1: limit = 0x100
    case .ascii: limit = 0x80
    }
    return text.flatMap { character -> [UInt8] in
      let whole = Array(String(character).unicodeScalars)
      if whole.count == 1, whole[0].value < limit { return [UInt8(whole[0].value)] }
      let plain = whole.flatMap { Array($0.decomposed) }.filter { $0.value < 0x80 }
      return plain.isEmpty ? [0x5F] : plain.map { UInt8($0.value) }
    }
  }
}

extension Unicode.Scalar {
  /// The letter and its accents apart.
  fileprivate var decomposed: String.UnicodeScalarView {
    String(self).decomposedStringWithCanonicalMapping.unicodeScalars
  }
}
