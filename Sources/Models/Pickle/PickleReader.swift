internal import Foundation

/// Reads a pickle of protocol 2 to 5 without running anything.
///
/// A pickle is a program for a stack machine that can import and call whatever it names. This reader
/// knows the stack, builds plain values, and interprets the few names of ``PickleGlobal`` itself;
/// any other name is refused before anything is done with it. Everything is bounded: the file's
/// size, the number of values, and the depth of marks.
/// - SeeAlso: Python's `pickletools`, which defines every opcode.
struct PickleReader {
  /// The largest pickle that is read; a network's is below a megabyte.
  static let sizeLimit: UInt64 = 32 << 20

  private static let nodeLimit = 1_000_000
  private static let stackLimit = 1_000_000
  private static let markLimit = 10_000

  private let bytes: [UInt8]
  private var position = 0
  private var memo: [Int: PickleValue] = [:]
  private var marks: [Int] = []
  private var stack: [PickleValue] = []
  var nodes: [PickleNode] = []

  private init(_ data: Data) { bytes = [UInt8](data) }

  /// The value that the pickle describes.
  static func read(_ data: Data) throws(ModelError) -> PickleDocument {
    var reader = PickleReader(data)
    let root = try reader.run()
    return PickleDocument(root: root, nodes: reader.nodes)
  }

  /// A complaint about the current place.
  func malformed(_ reason: String) -> ModelError {
    .malformedPickle(reason: reason, offset: position)
  }

  /// Adds a container to the table.
  mutating func add(_ node: PickleNode) throws(ModelError) -> Int {
    guard nodes.count < Self.nodeLimit else {
      throw malformed("more than \(Self.nodeLimit) containers")
    }
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func run() throws(ModelError) -> PickleValue {
    while true {
      guard let opcode = Opcode(rawValue: try byte()) else {
        throw malformed("opcode \(bytes[position - 1]) is not one a checkpoint needs")
      }
      if opcode == .stop { return try pop() }
      try perform(opcode)
      guard stack.count <= Self.stackLimit, marks.count <= Self.markLimit else {
        throw malformed("the stack grows beyond its bound")
      }
    }
  }

  private mutating func perform(_ opcode: Opcode) throws(ModelError) {
    switch opcode {
    case .stop: return
    case .protocol:
      let version = try byte()
      guard (2...5).contains(version) else {
        throw malformed("protocol \(version), expected 2 to 5")
      }
    case .frame: _ = try length(bytes: 8)
    case .mark: marks.append(stack.count)
    case .none: stack.append(.none)
    case .true: stack.append(.bool(true))
    case .false: stack.append(.bool(false))
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    default:
      if try performNumber(opcode) { return }
      if try performText(opcode) { return }
      if try performMemo(opcode) { return }
      try performContainer(opcode)
    }
  }

  private mutating func performNumber(_ opcode: Opcode) throws(ModelError) -> Bool {
    switch opcode {
    case .int1: stack.append(.integer(Int(try unsigned(bytes: 1))))
    case .int2: stack.append(.integer(Int(try unsigned(bytes: 2))))
    case .int4:
      stack.append(.integer(Int(Int32(truncatingIfNeeded: try unsigned(bytes: 4)))))
    case .long1: try pushLong(try length(bytes: 1))
    case .long4: try pushLong(try length(bytes: 4))
    case .float:
      let bits = try unsigned(bytes: 8).byteSwapped
      stack.append(.real(Double(bitPattern: bits)))
    default: return false
    }
    return true
  }

  private mutating func pushLong(_ count: Int) throws(ModelError) {
    let digits = try take(count)
    guard count <= 8 else { return stack.append(.opaque) }
    let isNegative = digits.last.map { $0 >= 0x80 } ?? false
    let value = digits.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    stack.append(.integer(value))
  }

  private mutating func performText(_ opcode: Opcode) throws(ModelError) -> Bool {
    switch opcode {
    case .shortUnicode: stack.append(.string(try text(try length(bytes: 1))))
    case .unicode: stack.append(.string(try text(try length(bytes: 4))))
    case .unicode8: stack.append(.string(try text(try length(bytes: 8))))
    case .shortBytes, .shortString: stack.append(.bytes(Data(try take(try length(bytes: 1)))))
    case .bytes, .binaryString: stack.append(.bytes(Data(try take(try length(bytes: 4)))))
    case .bytes8, .byteArray8: stack.append(.bytes(Data(try take(try length(bytes: 8)))))
    case .global: try pushGlobal(module: try line(), name: try line())
    case .instance: try refuseInstance()
    case .stackGlobal:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw malformed("a name that is not a string")
      }
      try pushGlobal(module: module, name: name)
    default: return false
    }
    return true
  }

  private mutating func pushGlobal(module: String, name: String) throws(ModelError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw .forbiddenGlobal("\(module).\(name)")
    }
    stack.append(.global(global))
  }

  private mutating func refuseInstance() throws(ModelError) {
    let module = try line()
    throw .forbiddenGlobal("\(module).\(try line())")
  }

  private mutating func performMemo(_ opcode: Opcode) throws(ModelError) -> Bool {
    switch opcode {
    case .put1: memo[Int(try unsigned(bytes: 1))] = try top()
    case .put4: memo[Int(try unsigned(bytes: 4))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .get1: try pushMemo(Int(try unsigned(bytes: 1)))
    case .get4: try pushMemo(Int(try unsigned(bytes: 4)))
    default: return false
    }
    return true
  }

  private mutating func pushMemo(_ key: Int) throws(ModelError) {
    guard let value = memo[key] else { throw malformed("memo \(key) was never set") }
    stack.append(value)
  }

  private mutating func performContainer(_ opcode: Opcode) throws(ModelError) {
    switch opcode {
    case .emptyTuple: stack.append(.tuple(try add(.items([]))))
    case .emptyList: stack.append(.list(try add(.items([]))))
    case .emptyDictionary: stack.append(.dictionary(try add(.pairs([]))))
    case .tuple: stack.append(.tuple(try add(.items(try popToMark()))))
    case .tuple1, .tuple2, .tuple3:
      var items: [PickleValue] = []
      for _ in 0...(opcode.rawValue - Opcode.tuple1.rawValue) { items.insert(try pop(), at: 0) }
      stack.append(.tuple(try add(.items(items))))
    case .append: try append([try pop()])
    case .appends: try append(try popToMark())
    case .setItem:
      let value = try pop()
      try set([try pop(), value])
    case .setItems: try set(try popToMark())
    case .reduce:
      let arguments = try pop()
      stack.append(try reduced(try pop(), arguments))
    case .build:
      let state = try pop()
      try build(try top(), state: state)
    case .persistentID: stack.append(try storage(try pop()))
    default: throw malformed("opcode \(opcode.rawValue) is not one a checkpoint needs")
    }
  }

  private mutating func append(_ items: [PickleValue]) throws(ModelError) {
    guard case .list(let place) = try top(), case .items(var list) = nodes[place] else {
      throw malformed("an item for what is not a list")
    }
    nodes[place] = .items([])  // so that the list grows in place
    list.append(contentsOf: items)
    nodes[place] = .items(list)
  }

  private mutating func set(_ items: [PickleValue]) throws(ModelError) {
    guard case .dictionary(let place) = try top(), case .pairs(var pairs) = nodes[place],
      items.count.isMultiple(of: 2)
    else { throw malformed("a key for what is not a dictionary") }
    nodes[place] = .pairs([])  // so that the dictionary grows in place
    for index in stride(from: 0, to: items.count, by: 2) {
      pairs.append((items[index], items[index + 1]))
    }
    nodes[place] = .pairs(pairs)
  }
}

// The stack and the bytes.
extension PickleReader {
  private func top() throws(ModelError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw malformed("the stack is empty")
    }
    return value
  }

  private mutating func pop() throws(ModelError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws(ModelError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("no mark is set") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func take(_ count: Int) throws(ModelError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw malformed("it ends too soon") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private mutating func byte() throws(ModelError) -> UInt8 {
    guard position < bytes.count else { throw malformed("it ends too soon") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func unsigned(bytes count: Int) throws(ModelError) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func length(bytes count: Int) throws(ModelError) -> Int {
    guard let length = Int(exactly: try unsigned(bytes: count)), length <= bytes.count else {
      throw malformed("a length beyond the file's end")
    }
    return length
  }

  private mutating func text(_ count: Int) throws(ModelError) -> String {
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw malformed("a string is not UTF-8")
    }
    return text
  }

  private mutating func line() throws(ModelError) -> String {
    guard let end = bytes[position...].prefix(256).firstIndex(of: UInt8(ascii: "\n")) else {
      throw malformed("a name does not end")
    }
    let text = try text(end - position)
    position += 1
    return text
  }
}
