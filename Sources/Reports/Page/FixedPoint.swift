/// A number with a fixed count of digits after the point, the same in every locale.
///
/// A dash where it is not finite or too large to write so.
func fixed(_ value: Double, digits: Int) -> String {
  let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
  let scaled = (value * scale).rounded()
  guard scaled.magnitude < 1e15 else { return "\u{2013}" }
  let whole = Int(scaled.magnitude)
  let sign = scaled < 0 ? "-" : ""
  guard digits > 0 else { return sign + String(whole) }
  let fraction = String(whole % Int(scale))
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return "\(sign)\(whole / Int(scale)).\(zeros)\(fraction)"
}
