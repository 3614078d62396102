import Foundation

/// A drawing being written: SVG inside a page, whose colors come from the page's classes, so that
/// light, dark and paper each have their own.
struct SVG: Sendable {
  /// Where a text stands by its place.
  enum Anchor: String, Sendable { case start, middle, end }

  /// Width and height in pixels at full size.
  let width: Double
  let height: Double
  /// What the drawing is, for people who cannot see it.
  let title: String
  /// What it shows.
  let description: String
  private(set) var elements: [String] = []

  init(width: Double, height: Double, title: String, description: String) {
    self.width = width
    self.height = height
    self.title = title
    self.description = description
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) {
    elements.append(
      "<line class=\"\(name)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" "
        + "x2=\"\(number(x2))\" y2=\"\(number(y2))\"/>"
    )
  }

  mutating func rectangle(
    x: Double,
    y: Double,
    width: Double,
    height: Double,
    class name: String,
    radius: Double = 0,
    tooltip: String? = nil
  ) {
    let rounding = radius > 0 ? " rx=\"\(number(radius))\"" : ""
    let start =
      "<rect class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\" "
      + "width=\"\(number(max(width, 0)))\" height=\"\(number(max(height, 0)))\"\(rounding)"
    elements.append(close(start, "rect", tooltip))
  }

  mutating func circle(
    _ x: Double,
    _ y: Double,
    radius: Double,
    class name: String,
    tooltip: String? = nil
  ) {
    let start =
      "<circle class=\"\(name)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\""
    elements.append(close(start, "circle", tooltip))
  }

  /// A line through points, or the area they surround.
  mutating func path(
    _ points: [(x: Double, y: Double)],
    closed: Bool = false,
    class name: String,
    tooltip: String? = nil
  ) {
    guard points.count > 1 else { return }
    let steps = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(number(point.x)) \(number(point.y))"
    }
    let start = "<path class=\"\(name)\" d=\"\(steps.joined())\(closed ? "Z" : "")\""
    elements.append(close(start, "path", tooltip))
  }

  /// Many points as one element: strokes without a length, whose round ends are the points.
  mutating func dots(_ points: [(x: Double, y: Double)], class name: String) {
    let steps = points.map { "M\(number($0.x)) \(number($0.y))h0" }
    elements.append("<path class=\"\(name)\" d=\"\(steps.joined())\"/>")
  }

  /// One line of text, its baseline at a place; `angle` turns it around that place, in degrees.
  mutating func text(
    _ text: String,
    x: Double,
    y: Double,
    anchor: Anchor = .start,
    class name: String = "label",
    angle: Double = 0,
    tooltip: String? = nil
  ) {
    let turn =
      angle == 0 ? "" : " transform=\"rotate(\(number(angle)) \(number(x)) \(number(y)))\""
    let hint = tooltip.map { "<title>\(escaped($0))</title>" } ?? ""
    elements.append(
      "<text class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\" "
        + "text-anchor=\"\(anchor.rawValue)\"\(turn)>\(hint)\(escaped(text))</text>"
    )
  }

  private func close(_ start: String, _ name: String, _ tooltip: String?) -> String {
    guard let tooltip else { return start + "/>" }
    return "\(start)><title>\(escaped(tooltip))</title></\(name)>"
  }

  /// The drawing as markup to stand inside a page.
  var markup: String {
    """
    <svg role="img" viewBox="0 0 \(number(width)) \(number(height))" \
    style="max-width:\(number(width))px;min-width:\(number(min(width, 560)))px">
    <title>\(escaped(title))</title>
    <desc>\(escaped(description))</desc>
    \(elements.joined(separator: "\n"))
    </svg>
    """
  }

  /// The drawing with its caption, to scroll sideways where a window is narrower than it.
  func figure(caption: String) -> String {
    """
    <figure class="chart">
    <div class="scroll" tabindex="0">
    \(markup)
    </div>
    <figcaption>\(escaped(caption))</figcaption>
    </figure>
    """
  }
}

/// A place or length as SVG writes it: at most two digits after the point, always finite.
func number(_ value: Double) -> String {
  guard value.isFinite, value.magnitude < 1e9 else { return "0" }
  var text = fixed(value, digits: 2)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text == "-0" ? "0" : text
}

/// How wide a text is about, in the pages' sans serif face, in pixels.
func textWidth(_ text: String, size: Double = 12) -> Double {
  text.reduce(0) { $0 + share($1) * size }
}

/// How wide a character is about, as a share of the face's size.
private func share(_ character: Character) -> Double {
  switch character {
  case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", " ", "(", ")", "[", "]": 0.36
  case "f", "t", "r", "-": 0.43
  case "m", "w", "M", "W", "@": 0.95
  default: character.isUppercase ? 0.72 : character.isASCII ? 0.62 : 0.8
  }
}

/// A text cut to fit a width, its end replaced by an ellipsis.
func fitted(_ text: String, width: Double, size: Double = 12) -> String {
  guard textWidth(text, size: size) > width else { return text }
  var room = width - share("\u{2026}") * size
  let kept = text.prefix { character in
    room -= share(character) * size
    return room >= 0
  }
  return kept + "\u{2026}"
}
