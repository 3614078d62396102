internal import Foundation

/// A value that a pickle describes.
///
/// Containers are places in the document's table, not nested values: a list may hold itself and
/// nesting may be as deep as the file is long, and neither costs recursion.
enum PickleValue: Hashable, Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case string(String)
  case bytes(Data)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  indirect case storage(StorageReference)
  case tensor(Int)
  case numpyType(Int)
  case numpyArray(Int)
  /// Something harmless that is not looked into: a device, an integer above 64 bits.
  case opaque

  /// What kind of value this is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer: "an integer"
    case .real: "a float"
    case .string: "a string"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global(let global): global.rawValue
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .numpyType: "a NumPy dtype"
    case .numpyArray: "a NumPy array"
    case .opaque: "another object"
    }
  }
}

/// A container's contents, by its place in the document's table.
enum PickleNode: Sendable {
  /// A tuple's or list's items.
  case items([PickleValue])
  /// A dictionary's keys and values, in order of insertion.
  case pairs([(key: PickleValue, value: PickleValue)])
  case tensor(TensorReference)
  case numpyType(NumpyType)
  case numpyArray(NumpyArray)
}

/// The names a checkpoint may use; each is interpreted here, none is looked up or called.
enum PickleGlobal: String, Hashable, Sendable, CaseIterable {
  case orderedDictionary = "collections.OrderedDict"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case floatStorage = "torch.FloatStorage"
  case doubleStorage = "torch.DoubleStorage"
  case halfStorage = "torch.HalfStorage"
  case bfloat16Storage = "torch.BFloat16Storage"
  case longStorage = "torch.LongStorage"
  case intStorage = "torch.IntStorage"
  case shortStorage = "torch.ShortStorage"
  case charStorage = "torch.CharStorage"
  case byteStorage = "torch.ByteStorage"
  case boolStorage = "torch.BoolStorage"
  case device = "torch.device"
  case numpyScalar = "numpy.core.multiarray.scalar"
  case numpyReconstruct = "numpy.core.multiarray._reconstruct"
  case numpyType = "numpy.dtype"
  case numpyArray = "numpy.ndarray"
  case encode = "_codecs.encode"

  /// The global of this module and name, if it is allowed; NumPy 2 says `numpy._core`.
  init?(module: String, name: String) {
    let module = module == "numpy._core.multiarray" ? "numpy.core.multiarray" : module
    self.init(rawValue: "\(module).\(name)")
  }

  /// The kind of numbers, where this names a storage.
  var storedScalar: StoredScalar? {
    switch self {
    case .floatStorage: .float
    case .doubleStorage: .double
    case .halfStorage: .half
    case .bfloat16Storage: .bfloat16
    case .longStorage: .integer(bytes: 8)
    case .intStorage: .integer(bytes: 4)
    case .shortStorage: .integer(bytes: 2)
    case .charStorage, .byteStorage, .boolStorage: .integer(bytes: 1)
    default: nil
    }
  }
}

/// A kind of number in a file.
enum StoredScalar: Hashable, Sendable {
  case float
  case double
  case half
  case bfloat16
  case integer(bytes: Int)

  /// The size of one number.
  var byteCount: Int {
    switch self {
    case .float: 4
    case .double: 8
    case .half, .bfloat16: 2
    case .integer(let bytes): bytes
    }
  }

  /// Whether these are whole numbers, as counters are; weights are not.
  var isInteger: Bool { if case .integer = self { true } else { false } }
}

/// The numbers a tensor points into: an entry of the checkpoint.
struct StorageReference: Hashable, Sendable {
  /// The kind of number.
  let scalar: StoredScalar
  /// The entry's name under `data/`.
  let key: String
  /// How many numbers there are, as the pickle says.
  let count: Int
}

/// A view of a storage; lengths count numbers, not bytes.
struct TensorReference: Hashable, Sendable {
  let storage: StorageReference
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// A NumPy dtype: kind and size, as in `f4`, and its byte order.
struct NumpyType: Hashable, Sendable {
  let code: String
  var byteOrder: String
}

/// A NumPy array that a checkpoint carries in its log; it is not looked into.
struct NumpyArray: Hashable, Sendable {
  var shape: [Int]
  var byteCount: Int
}

/// A pickle, read.
struct PickleDocument: Sendable {
  /// What the pickle describes.
  let root: PickleValue
  /// The containers' contents.
  let nodes: [PickleNode]

  /// A tuple's or list's items; `nil` for another kind of value.
  func items(of value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let place), .list(let place):
      guard case .items(let items) = nodes[place] else { return nil }
      return items
    default: return nil
    }
  }

  /// A dictionary's keys and values; `nil` for another kind of value.
  func pairs(of value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    guard case .dictionary(let place) = value, case .pairs(let pairs) = nodes[place] else {
      return nil
    }
    return pairs
  }

  /// A dictionary's value for a key: the last one set, as in Python.
  func value(_ key: String, in dictionary: PickleValue) -> PickleValue? {
    pairs(of: dictionary)?.last { $0.key == .string(key) }?.value
  }

  /// A tensor's view of its storage; `nil` for another kind of value.
  func tensor(_ value: PickleValue) -> TensorReference? {
    guard case .tensor(let place) = value, case .tensor(let tensor) = nodes[place] else {
      return nil
    }
    return tensor
  }
}
