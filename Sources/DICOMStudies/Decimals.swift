/// The decimal numbers of a DS value: parted by backslashes, blanks around them.
/// - Returns: `nil` where one is not a finite number.
func decimalNumbers(_ bytes: [UInt8]) -> [Double]? {
  var numbers: [Double] = []
  numbers.reserveCapacity(bytes.count / 6)
  for word in bytes.split(separator: 0x5C, omittingEmptySubsequences: false) {
    let padding: Set<UInt8> = [0x20, 0x00]
    let kept = word.drop { padding.contains($0) }
    guard let last = kept.lastIndex(where: { !padding.contains($0) }) else {
      // An empty value among others is none; alone it stands for no value.
      if word.count == bytes.count { return [] }
      return nil
    }
    guard let number = decimalNumber(kept[...last]) else { return nil }
    numbers.append(number)
  }
  return numbers
}

/// One decimal number; those of up to fifteen digits without an exponent, as most are, by integers.
private func decimalNumber(_ word: ArraySlice<UInt8>) -> Double? {
  var mantissa = 0
  var digits = 0
  var scale = 0
  var hasPoint = false
  var rest = word
  let isNegative = rest.first == 0x2D
  if let sign = rest.first, sign == 0x2D || sign == 0x2B { rest = rest.dropFirst() }
  for byte in rest {
    if byte == 0x2E && !hasPoint {
      hasPoint = true
    } else if (0x30...0x39).contains(byte), digits < 15 {
      mantissa = mantissa * 10 + Int(byte - 0x30)
      digits += 1
      if hasPoint { scale += 1 }
    } else {
      digits = -1
      break
    }
  }
  if digits > 0 {
    // Both are exact, so their quotient is the number's nearest double.
    let value = Double(mantissa) / powersOfTen[scale]
    return isNegative ? -value : value
  }
  guard word.count <= 64, word.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }),
    let number = Double(String(decoding: word, as: UTF8.self)), number.isFinite
  else { return nil }
  return number
}

private let powersOfTen = (0...15).reduce(into: [Double]()) { powers, _ in
  powers.append((powers.last ?? 0.1) * 10)
}

/// Writes numbers as DS does: at most sixteen characters each, ten-thousandths and no finer, parted by
/// backslashes.
struct DecimalText {
  private(set) var bytes: [UInt8] = []

  /// Appends a number.
  /// - Precondition: It is finite and below 10⁹ in magnitude.
  mutating func append(_ number: Double) {
    precondition(number.magnitude < 1e9, "a coordinate in mm")
    if !bytes.isEmpty { bytes.append(0x5C) }
    let scaled = Int((number * 10_000).rounded())
    if scaled < 0 { bytes.append(0x2D) }
    var (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
    let start = bytes.count
    repeat {
      bytes.append(0x30 + UInt8(whole % 10))
      whole /= 10
    } while whole > 0
    bytes[start...].reverse()
    guard part > 0 else { return }
    bytes.append(0x2E)
    var unit: UInt = 1000
    while part > 0 {
      bytes.append(0x30 + UInt8(part / unit))
      part %= unit
      unit /= 10
    }
  }
}
