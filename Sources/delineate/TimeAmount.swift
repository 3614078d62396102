import ArgumentParser

/// A time as a person writes it: `15min`, `90s`, `1.5h`, or seconds alone.
struct TimeAmount: Hashable, ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let text = argument.lowercased().filter { !$0.isWhitespace }
    for (unit, factor) in [("min", 60.0), ("m", 60), ("h", 3600), ("s", 1), ("", 1)]
    where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number >= 0, number.isFinite else {
        continue
      }
      seconds = number * factor
      return
    }
    return nil
  }
}
