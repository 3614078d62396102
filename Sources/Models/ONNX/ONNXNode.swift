/// One operator of an ONNX graph.
struct ONNXNode {
  /// An operator's setting.
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Double)
    case floats([Double])
    case text(String)
  }

  var type: String
  var inputs: [String]
  var output: String
  var attributes: [(name: String, value: Attribute)] = []

  /// Writes the operator as a `NodeProto`.
  func write(to writer: inout ProtobufWriter) {
    for input in inputs { writer.text(input, field: 1) }
    writer.text(output, field: 2)
    writer.text(output, field: 3)  // the name: every operator has one output
    writer.text(type, field: 4)
    for (name, value) in attributes {
      writer.message(field: 5) { attribute in
        attribute.text(name, field: 1)
        switch value {
        case .float(let number):
          attribute.float(Float(number), field: 2)
          attribute.integer(1, field: 20)
        case .integer(let number):
          attribute.integer(number, field: 3)
          attribute.integer(2, field: 20)
        case .text(let text):
          attribute.text(text, field: 4)
          attribute.integer(3, field: 20)
        case .floats(let numbers):
          for number in numbers { attribute.float(Float(number), field: 7) }
          attribute.integer(6, field: 20)
        case .integers(let numbers):
          for number in numbers { attribute.integer(number, field: 8) }
          attribute.integer(7, field: 20)
        }
      }
    }
  }
}
