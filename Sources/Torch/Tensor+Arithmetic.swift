import CTorch

// Element by element, broadcasting as in NumPy, with gradients.
extension Tensor {
  /// The sum.
  public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.combined(CT_ADD, b, "addition")
  }

  /// The difference.
  public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.combined(CT_SUBTRACT, b, "subtraction")
  }

  /// The product.
  public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.combined(CT_MULTIPLY, b, "multiplication")
  }

  /// The quotient.
  public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try a.combined(CT_DIVIDE, b, "division")
  }

  /// The larger of both.
  public func maximum(_ other: Tensor) throws(TorchError) -> Tensor {
    try combined(CT_MAXIMUM, other, "a maximum")
  }

  /// The sum with a number.
  public static func + (x: Tensor, number: Double) throws(TorchError) -> Tensor {
    try x.affine(1, number)
  }

  /// The difference from a number.
  public static func - (number: Double, x: Tensor) throws(TorchError) -> Tensor {
    try x.affine(-1, number)
  }

  /// The product with a number.
  public static func * (x: Tensor, number: Double) throws(TorchError) -> Tensor {
    try x.affine(number, 0)
  }

  /// The negative.
  public static prefix func - (x: Tensor) throws(TorchError) -> Tensor { try x.affine(-1, 0) }

  /// e to the power of each element.
  public func exponential() throws(TorchError) -> Tensor { try mapped(CT_EXP, "an exponential") }

  /// The natural logarithm.
  public func logarithm() throws(TorchError) -> Tensor { try mapped(CT_LOG, "a logarithm") }

  /// `1 / (1 + exp(−x))`.
  public func sigmoid() throws(TorchError) -> Tensor { try mapped(CT_SIGMOID, "a sigmoid") }

  /// The square.
  public func squared() throws(TorchError) -> Tensor { try mapped(CT_SQUARE, "a square") }

  /// One over each element.
  public func reciprocal() throws(TorchError) -> Tensor { try mapped(CT_RECIPROCAL, "1/x") }

  /// Each element to the power of a number.
  public func power(_ exponent: Double) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle("a power") { ct_power(pointer, exponent, $0) })
  }

  /// The sum over some axes, which go; over all where none is given.
  public func sum(over axes: [Int] = []) throws(TorchError) -> Tensor {
    try reduced(CT_SUM, axes, "a sum")
  }

  /// The mean over some axes, which go; over all where none is given.
  public func mean(over axes: [Int] = []) throws(TorchError) -> Tensor {
    try reduced(CT_MEAN, axes, "a mean")
  }

  /// The mean of the `count` largest elements.
  public func meanOfLargest(_ count: Int) throws(TorchError) -> Tensor {
    try Tensor(
      TensorHandle("the mean of the largest") { ct_mean_of_largest(pointer, Int64(count), $0) }
    )
  }

  /// The same elements in C order with other sizes.
  public func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor(
      TensorHandle("a shape of \(shape)") { ct_reshape(pointer, sizes, Int32(sizes.count), $0) }
    )
  }

  private func combined(
    _ operation: ct_binary_operation,
    _ other: Tensor,
    _ name: String
  ) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle(name) { ct_binary(operation, pointer, other.pointer, $0) })
  }

  private func affine(_ factor: Double, _ summand: Double) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle("a·x + b") { ct_affine(pointer, factor, summand, $0) })
  }

  private func mapped(
    _ operation: ct_unary_operation,
    _ name: String
  ) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle(name) { ct_unary(operation, pointer, $0) })
  }

  private func reduced(
    _ reduction: ct_reduction,
    _ axes: [Int],
    _ name: String
  ) throws(TorchError) -> Tensor {
    let over = axes.map(Int64.init)
    return try Tensor(
      TensorHandle(name) { ct_reduce(reduction, pointer, over, Int32(over.count), $0) }
    )
  }
}
