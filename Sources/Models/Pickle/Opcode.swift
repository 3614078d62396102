/// The opcodes that checkpoints use, by `pickletools`' values.
///
/// Those that build objects of named classes are left out, except `instance`, which is read so that
/// the name it asks for can be refused.
enum Opcode: UInt8 {
  case `protocol` = 0x80
  case frame = 0x95
  case stop = 0x2E
  case mark = 0x28
  case pop = 0x30
  case popMark = 0x31
  case duplicate = 0x32

  case none = 0x4E
  case `true` = 0x88
  case `false` = 0x89
  case int4 = 0x4A
  case int1 = 0x4B
  case int2 = 0x4D
  case long1 = 0x8A
  case long4 = 0x8B
  case float = 0x47

  case shortUnicode = 0x8C
  case unicode = 0x58
  case unicode8 = 0x8D
  case shortBytes = 0x43
  case bytes = 0x42
  case bytes8 = 0x8E
  case byteArray8 = 0x96
  case shortString = 0x55
  case binaryString = 0x54

  case emptyTuple = 0x29
  case tuple = 0x74
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case emptyList = 0x5D
  case append = 0x61
  case appends = 0x65
  case emptyDictionary = 0x7D
  case setItem = 0x73
  case setItems = 0x75

  case put1 = 0x71
  case put4 = 0x72
  case memoize = 0x94
  case get1 = 0x68
  case get4 = 0x6A

  case global = 0x63
  case stackGlobal = 0x93
  case instance = 0x69
  case reduce = 0x52
  case build = 0x62
  case persistentID = 0x51
}
