import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page read as XML: its elements in order, with their attributes and the text directly inside.
final class ParsedPage: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The names of the elements around it, the outermost first.
    let path: [String]
    var text = ""

    func number(_ attribute: String) -> Double? { attributes[attribute].flatMap(Double.init) }
    var classes: [String] { (attributes["class"] ?? "").split(separator: " ").map(String.init) }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []
  /// Why the page is not well formed; `nil` where it is.
  private(set) var problem: String?

  init(_ html: String) {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    if !parser.parse() {
      let place = "line \(parser.lineNumber), column \(parser.columnNumber)"
      problem = "\(place): \(parser.parserError.map { "\($0)" } ?? "unknown")"
    }
  }

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    let path = open.map { elements[$0].name }
    elements.append(Element(name: name, attributes: attributes, path: path))
    open.append(elements.count - 1)
  }

  func parser(
    _ parser: XMLParser,
    didEndElement name: String,
    namespaceURI: String?,
    qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    guard let last = open.last else { return }
    elements[last].text += string
  }

  /// The elements of a name that have a class.
  func elements(_ name: String, class wanted: String? = nil) -> [Element] {
    elements.filter { $0.name == name && (wanted.map($0.classes.contains) ?? true) }
  }

  /// The elements between an SVG's start and the next one's whose title is this.
  func figure(titled title: String) -> [Element] {
    let starts = elements.indices.filter { elements[$0].name == "svg" }
    for (place, start) in starts.enumerated() {
      let end = place + 1 < starts.count ? starts[place + 1] : elements.count
      let figure = Array(elements[start..<end])
      if figure.contains(where: { $0.name == "title" && $0.path.last == "svg" && $0.text == title })
      {
        return figure
      }
    }
    return []
  }

  /// The numbers of all places and lengths in the page's drawings.
  var drawingNumbers: [String] {
    let names = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "d"]
    return elements.filter { $0.path.contains("svg") }
      .flatMap { element in names.compactMap { element.attributes[$0] } }
  }
}
