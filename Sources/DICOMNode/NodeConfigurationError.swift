/// Why a file does not configure a node.
public enum NodeConfigurationError: Error, Hashable {
  /// The JSON is not one object.
  case notAnObject
  /// A key that is needed is not there, or its list is empty.
  case missing(String)
  /// No key has the name.
  case unknown(String)
  /// A value is of another kind than its key's.
  case wrongType(String)
  /// A number is not in its range.
  case outOfRange(String, String)
  /// A text is no application entity title.
  case badTitle(String)
  /// An answer would go to a title that is not among the peers.
  case unknownPeer(rule: String, title: String)
}

extension NodeConfigurationError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  public var description: String {
    switch self {
    case .notAnObject:
      "Configuration: one JSON object with title, port, queue, callers, peers and rules is expected."
    case .missing(let key):
      "Configuration: «\(key)» is needed and is missing or empty."
    case .unknown(let key):
      "Configuration: «\(key)» is not a key of it."
    case .wrongType(let key):
      "Configuration: «\(key)» is not of the kind that is expected there."
    case .outOfRange(let key, let range):
      "Configuration: «\(key)» must be from \(range)."
    case .badTitle(let title):
      "Configuration: «\(title)» is no application entity title: 1 to 16 characters of ASCII."
    case .unknownPeer(let rule, let title):
      "Configuration: rule «\(rule)» answers \(title), which is not among the peers."
    }
  }
}
