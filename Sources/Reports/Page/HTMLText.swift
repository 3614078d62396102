/// Text as HTML and XML show it: names come from files and may hold anything.
///
/// Characters that XML does not allow become U+FFFD, so that every page stays well formed.
func escaped(_ text: String) -> String {
  var result = ""
  // Scalars, not characters: a quotation mark with a combining accent still ends an attribute.
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A count with its noun, such as "1 case" and "3 cases".
func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}
