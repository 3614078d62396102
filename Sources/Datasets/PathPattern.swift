/// A path with places for the names of the case and of the structure: `{case}/{structure}.nrrd`.
struct PathPattern {
  /// The pattern as it was given.
  let text: String
  private let parts: [Part]

  private enum Part: Hashable {
    case text(String)
    case name(String)
  }

  /// A pattern, checked: it has `{case}`, and names are parted by text.
  init(_ text: String) throws(StructureLibraryError) {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw .badPattern(text, reason: "a brace is not closed")
      }
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      let name = String(rest[rest.index(after: open)..<close])
      guard name == "case" || name == "structure" else {
        throw .badPattern(text, reason: "{\(name)} is neither {case} nor {structure}")
      }
      if case .name = parts.last {
        throw .badPattern(text, reason: "two names follow each other without text between them")
      }
      parts.append(.name(name))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    guard parts.contains(.name("case")) else {
      throw .badPattern(text, reason: "{case} is missing")
    }
    guard volumeStem(text) != nil else {
      throw .badPattern(text, reason: "it does not end like a label map's name")
    }
    self.text = text
    self.parts = parts
  }

  /// How many levels the path has.
  var depth: Int { text.count { $0 == "/" } + 1 }

  /// The names in a path that fits.
  ///
  /// Names hold no slash, and one that comes twice is the same twice. The shortest names that fit are taken.
  func match(_ path: String) -> (caseName: String, structure: String?)? {
    guard let names = match(path[...], parts[...], [:]), let caseName = names["case"] else {
      return nil
    }
    return (caseName, names["structure"])
  }

  private func match(
    _ path: Substring,
    _ parts: ArraySlice<Part>,
    _ names: [String: String]
  ) -> [String: String]? {
    guard let part = parts.first else { return path.isEmpty ? names : nil }
    let others = parts.dropFirst()
    switch part {
    case .text(let text):
      return path.hasPrefix(text) ? match(path.dropFirst(text.count), others, names) : nil
    case .name(let name):
      if let known = names[name] {
        return path.hasPrefix(known) ? match(path.dropFirst(known.count), others, names) : nil
      }
      var end = path.startIndex
      while end < path.endIndex && path[end] != "/" {
        path.formIndex(after: &end)
        var found = names
        found[name] = String(path[..<end])
        if let match = match(path[end...], others, found) { return match }
      }
      return nil
    }
  }
}
