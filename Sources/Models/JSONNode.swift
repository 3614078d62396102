internal import Foundation

/// A JSON value and the path to it, so that every complaint says where.
struct JSONNode {
  let file: String
  let path: String
  let value: JSONValue

  /// The root of a file.
  init(parsing data: Data, file: String) throws(ModelError) {
    self.file = file
    path = ""
    do { value = try JSONValue(parsing: data) } catch {
      throw .invalidJSON(file: file, reason: error.reason, offset: error.offset)
    }
  }

  private init(file: String, path: String, value: JSONValue) {
    self.file = file
    self.path = path
    self.value = value
  }

  /// The same place with another value.
  func replacing(with value: JSONValue) -> JSONNode {
    JSONNode(file: file, path: path, value: value)
  }

  /// A complaint about this place.
  func expected(_ expectation: String) -> ModelError {
    .unexpectedJSON(file: file, path: path, expected: expectation, found: value.kind)
  }

  /// The member with this key, or `nil` where it is missing or null.
  func optional(_ key: String) throws(ModelError) -> JSONNode? {
    guard let node = try member(key), node.value != .null else { return nil }
    return node
  }

  /// The member with this key.
  func required(_ key: String) throws(ModelError) -> JSONNode {
    guard let node = try member(key) else {
      throw .missingJSON(file: file, path: path.isEmpty ? key : "\(path).\(key)")
    }
    return node
  }

  /// The member with this key, null or not.
  func member(_ key: String) throws(ModelError) -> JSONNode? {
    guard case .object(let members) = value else { throw expected("an object") }
    guard let member = members.first(where: { $0.key == key }) else { return nil }
    return child(key, member.value)
  }

  /// The members in the order of the file.
  var members: [(key: String, node: JSONNode)] {
    get throws(ModelError) {
      guard case .object(let members) = value else { throw expected("an object") }
      return members.map { ($0.key, child($0.key, $0.value)) }
    }
  }

  /// The items of a list.
  var items: [JSONNode] {
    get throws(ModelError) {
      guard case .array(let items) = value else { throw expected("a list") }
      return items.enumerated().map { index, item in
        JSONNode(file: file, path: "\(path)[\(index)]", value: item)
      }
    }
  }

  /// Whether this is a list.
  var isList: Bool { if case .array = value { true } else { false } }

  /// A whole number; `3.0` counts as one.
  var integer: Int {
    get throws(ModelError) {
      switch value {
      case .integer(let integer): return integer
      case .real(let real):
        guard let integer = Int(exactly: real) else { throw expected("an integer") }
        return integer
      default: throw expected("an integer")
      }
    }
  }

  /// A finite number.
  var real: Double {
    get throws(ModelError) {
      switch value {
      case .integer(let integer): return Double(integer)
      case .real(let real) where real.isFinite: return real
      default: throw expected("a finite number")
      }
    }
  }

  /// A truth value.
  var bool: Bool {
    get throws(ModelError) {
      guard case .bool(let bool) = value else { throw expected("a truth value") }
      return bool
    }
  }

  /// A string.
  var string: String {
    get throws(ModelError) {
      guard case .string(let string) = value else { throw expected("a string") }
      return string
    }
  }

  /// A list of whole numbers.
  var integers: [Int] {
    get throws(ModelError) {
      var numbers: [Int] = []
      for item in try items { numbers.append(try item.integer) }
      return numbers
    }
  }

  /// A list of finite numbers.
  var reals: [Double] {
    get throws(ModelError) {
      var numbers: [Double] = []
      for item in try items { numbers.append(try item.real) }
      return numbers
    }
  }

  private func child(_ key: String, _ value: JSONValue) -> JSONNode {
    JSONNode(file: file, path: path.isEmpty ? key : "\(path).\(key)", value: value)
  }
}
