internal import NeuralNetworks

// The operations without weights.
extension ONNXGraph {
  mutating func add(
    _ operation: NetworkGraph.PlainOperation,
    _ name: String,
    of inputs: [String],
    size: [Int]
  ) -> String {
    switch operation {
    case .channels(let range):
      let bounds = [
        integers([range.lowerBound], "\(name).start"), integers([range.upperBound], "\(name).end"),
        integers([1], "\(name).axis"),
      ]
      return add("Slice", [inputs[0]] + bounds, name)
    case .joining:
      return add("Concat", inputs, name, [("axis", .integer(1))])
    case .presence:
      let space = integers([2, 3, 4], "\(name).space")
      let high = add("ReduceMax", [inputs[0], space], "\(name).high")
      let low = add("ReduceMin", [inputs[0], space], "\(name).low")
      let range = add("Sub", [high, low], "\(name).range")
      let largest = reduced("ReduceMax", range, axis: 1, "\(name).largest")
      let least = constant([0.001], shape: [1], "least range")
      let isThere = add("Greater", [largest, least], "\(name).any")
      return add("Cast", [isThere], name, [("to", .integer(1))])
    case .spatialMean: return add("GlobalAveragePool", inputs, name)
    case .spatialSum:
      return add("ReduceSum", [inputs[0], integers([2, 3, 4], "\(name).space")], name)
    case .pooledTwice:
      let mean = add("GlobalAveragePool", [inputs[0]], "\(name).mean")
      let largest = add("GlobalMaxPool", [inputs[0]], "\(name).largest")
      return add("Concat", [mean, largest], name, [("axis", .integer(2))])
    case .blockMaxima(let stride):
      return add(
        "MaxPool",
        inputs,
        name,
        [("kernel_shape", .integers(stride)), ("strides", .integers(stride))]
      )
    case .sum: return add("Add", inputs, name)
    case .channelMean: return reduced("ReduceMean", inputs[0], axis: 1, name)
    case .channelMaximum: return reduced("ReduceMax", inputs[0], axis: 1, name)
    case .softmax: return add("Softmax", inputs, name, [("axis", .integer(1))])
    case .rectification: return add("Relu", inputs, name)
    case .product: return add("Mul", inputs, name)
    case .gate(let base):
      var open = add("Sigmoid", [inputs[1]], "\(name).open")
      if base != 0 {
        let number = constant([Float(base)], shape: [1], "base \(base)")
        open = add("Add", [open, number], "\(name).factor")
      }
      return add("Mul", [inputs[0], open], name)
    case .enlarging(let scale):
      let factors = add(
        "Constant",
        [],
        "\(name).scales",
        [("value_floats", .floats([1, 1] + scale.map(Double.init)))]
      )
      return add(
        "Resize",
        [inputs[0], "", factors],
        name,
        [("mode", .text("linear")), ("coordinate_transformation_mode", .text("half_pixel"))]
      )
    case .warp(let scale):
      return warp(inputs[0], by: inputs[1], scale: scale, size: size, name)
    case .correlation(let radius):
      return correlation(inputs[0], inputs[1], radius: radius, size: size, name)
    case .integration(let steps, let scale):
      let share = constant([1 / Float(1 << steps)], shape: [1], "share \(steps)")
      var field = add("Mul", [inputs[0], share], steps == 0 ? name : "\(name).0")
      for step in 1..<steps + 1 {
        let moved = warp(field, by: field, scale: scale, size: size, "\(name).moved.\(step)")
        field = add("Add", [field, moved], step == steps ? name : "\(name).\(step)")
      }
      return field
    }
  }

  private mutating func reduced(
    _ type: String,
    _ input: String,
    axis: Int,
    _ name: String
  ) -> String {
    let axes = integers([axis], "\(name).axis")
    return add(type, [input, axes], name)
  }

  /// The second input padded with zeros, and cut out once for each shift.
  private mutating func correlation(
    _ first: String,
    _ second: String,
    radius: Int,
    size: [Int],
    _ name: String
  ) -> String {
    let border = [Int](repeating: radius, count: 3)
    let pads = integers([0, 0] + border + [0, 0] + border, "\(name).pads")
    let around = add("Pad", [second, pads], "\(name).around", [("mode", .text("constant"))])
    let axes = integers([2, 3, 4], "\(name).axes")
    let edge = 2 * radius + 1
    let likenesses = (0..<edge * edge * edge).map { shift in
      let start = [shift / (edge * edge), shift / edge % edge, shift % edge]
      let bounds = [
        integers(start, "\(name).\(shift).start"),
        integers(zip(start, size).map { $0 + $1 }, "\(name).\(shift).end"), axes,
      ]
      let moved = add("Slice", [around] + bounds, "\(name).\(shift).moved")
      let product = add("Mul", [first, moved], "\(name).\(shift).product")
      return reduced("ReduceMean", product, axis: 1, "\(name).\(shift)")
    }
    return add("Concat", likenesses, name, [("axis", .integer(1))])
  }

  /// `GridSample` counts from −1 to 1 between the outer borders, along W, H and D.
  private mutating func warp(
    _ input: String,
    by field: String,
    scale: [Int],
    size: [Int],
    _ name: String
  ) -> String {
    let steps = zip(scale, size).map { 2 / Float($0 * $1) }
    let factors = constant(steps, shape: [1, 3, 1, 1, 1], "steps \(scale) \(size)")
    let shifts = add("Mul", [field, factors], "\(name).shifts")
    let order = integers([2, 1, 0], "\(name).order")
    let turned = add("Gather", [shifts, order], "\(name).turned", [("axis", .integer(1))])
    let last = add(
      "Transpose",
      [turned],
      "\(name).last",
      [("perm", .integers([0, 2, 3, 4, 1]))]
    )
    let identity = constant(identityGrid(size), shape: [1] + size + [3], "grid \(size)")
    let grid = add("Add", [last, identity], "\(name).grid")
    return add(
      "GridSample",
      [input, grid],
      name,
      [
        ("mode", .text("linear")), ("padding_mode", .text("border")),
        ("align_corners", .integer(0)),
      ]
    )
  }

  private func identityGrid(_ size: [Int]) -> [Float] {
    func place(_ index: Int, _ axis: Int) -> Float {
      Float(2 * index + 1) / Float(size[axis]) - 1
    }
    var grid: [Float] = []
    grid.reserveCapacity(3 * size.reduce(1, *))
    for d in 0..<size[0] {
      for h in 0..<size[1] {
        for w in 0..<size[2] { grid += [place(w, 2), place(h, 1), place(d, 0)] }
      }
    }
    return grid
  }
}
