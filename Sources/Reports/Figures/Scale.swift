import Evaluation
import Foundation

/// How values map to places along a figure's axis.
struct Scale: Hashable, Sendable {
  /// What lies at equal distances.
  enum Kind: Hashable, Sendable {
    /// Equal differences.
    case linear
    /// Equal ratios; the domain is positive.
    case logarithmic
  }
  /// A labelled place on an axis.
  struct Tick: Hashable, Sendable {
    let value: Double
    let label: String
  }

  let kind: Kind
  /// The smallest and the largest value, which lie at the ends of the axis.
  let low: Double
  let high: Double
  /// The places of ``low`` and ``high``, in the figure's units.
  let start: Double
  let end: Double
  let ticks: [Tick]

  /// The place of a value; values beyond the ends lie at the ends, what is not a number at the start.
  func callAsFunction(_ value: Double) -> Double {
    guard !value.isNaN else { return start }
    let inside = min(max(value, low), high)
    let share =
      kind == .linear
      ? (inside - low) / (high - low) : log(inside / low) / log(high / low)
    return start + share * (end - start)
  }

  /// A linear axis with about `count` ticks whose ends are round numbers around all finite values,
  /// within limits that it must not leave, such as 0...1 for a share; 0 to 1 without values.
  static func linear(
    fitting values: [Double],
    within limits: ClosedRange<Double> = -1e12...1e12,
    from start: Double,
    to end: Double,
    count: Int = 6
  ) -> Scale {
    let inside = values.filter(\.isFinite).map {
      min(max($0, limits.lowerBound), limits.upperBound)
    }
    var (least, most) = (inside.min() ?? 0, inside.max() ?? 1)
    if most - least < 1e-9 * max(1, most.magnitude) {
      let room = max(0.1 * most.magnitude, limits.upperBound - limits.lowerBound < 2 ? 0.1 : 1)
      (least, most) = (
        max(least - room, limits.lowerBound), min(most + room, limits.upperBound)
      )
    }
    let step = niceStep((most - least) / Double(max(count, 1)))
    let low = max((least / step).rounded(.down) * step, limits.lowerBound)
    let high = min((most / step).rounded(.up) * step, limits.upperBound)
    let digits = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
    let first = (low / step - 1e-9).rounded(.up)
    let ticks = (0...Int(((high - low) / step + 1e-9).rounded(.down))).map { index in
      let value = (first + Double(index)) * step
      return Tick(value: value, label: signed(value, digits: digits))
    }
    return Scale(
      kind: .linear,
      low: low,
      high: high,
      start: start,
      end: end,
      ticks: ticks.filter { $0.value <= high + step * 1e-9 }
    )
  }

  /// A logarithmic axis around all positive, finite values, its ends at 1, 2 or 5 times a power of
  /// ten.
  static func logarithmic(
    fitting values: [Double],
    from start: Double,
    to end: Double
  ) -> Scale {
    let positive = values.filter { $0 > 0 && $0.isFinite }.map { min(max($0, 1e-9), 1e12) }
    let (least, most) = (positive.min() ?? 1, positive.max() ?? 10)
    var steps: [Double] = []
    for exponent in -10...13 { steps += [1.0, 2, 5].map { $0 * pow(10, Double(exponent)) } }
    let below = steps.last { $0 <= least * (1 + 1e-9) } ?? 1e-10
    let above = steps.first { $0 >= most * (1 - 1e-9) && $0 > below * 1.5 } ?? 1e13
    var marks = steps.filter { $0 >= below && $0 <= above }
    // Beyond about three decades the powers of ten alone.
    if marks.count > 10 {
      marks = marks.filter { (log10($0) - log10($0).rounded()).magnitude < 1e-9 }
    }
    return Scale(
      kind: .logarithmic,
      low: below,
      high: above,
      start: start,
      end: end,
      ticks: marks.map { value in
        let digits = max(0, Int((-log10(value) - 1e-9).rounded(.up)))
        return Tick(value: value, label: fixed(value, digits: digits))
      }
    )
  }

  /// The axis that shows values best: lengths spread over more than a factor of 20 get equal ratios,
  /// so that the many short ones stay apart; the shortest of them, and zeros, lie at the start.
  static func suiting(
    _ values: [Double],
    within limits: ClosedRange<Double>,
    from start: Double,
    to end: Double
  ) -> Scale {
    let positive = values.filter { $0 > 0 && $0.isFinite }.sorted()
    if limits.lowerBound == 0, limits.upperBound > 1, let low = positive.first,
      let high = positive.last
    {
      let quartile = percentile(25, ofSorted: positive)
      if high > 20 * low, high > 8 * quartile {
        return .logarithmic(fitting: [max(low, quartile / 50), high], from: start, to: end)
      }
    }
    return .linear(fitting: values, within: limits, from: start, to: end)
  }

  /// 1, 2 or 5 times a power of ten, at least a step.
  private static func niceStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    let rest = step / power
    return (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10) * power
  }
}

/// A number for people, with a minus sign and not a hyphen, and never minus zero.
func signed(_ value: Double, digits: Int) -> String {
  let text = fixed(value, digits: digits)
  guard text.hasPrefix("-") else { return text }
  let isZero = text.allSatisfy { "-0.".contains($0) }
  return isZero ? String(text.dropFirst()) : "\u{2212}" + text.dropFirst()
}
