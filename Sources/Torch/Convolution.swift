import CTorch

/// A 3D convolution with its weights laid out for one device and type.
///
/// `[N, Cin, D, H, W]` to `[N, Cout, D', H', W']`, channels-last. An ordinary convolution pads
/// `(k − 1) / 2` on each side; a transposed one has a kernel equal to its stride and multiplies the
/// sizes by it. Not Sendable: it stays on its thread.
public final class Convolution {
  private let pointer: OpaquePointer

  private init(
    _ operation: String,
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> ct_status
  ) throws(TorchError) {
    var result: OpaquePointer?
    try check(body(&result), operation)
    guard let result else { throw .failed(operation: operation, reason: "no result") }
    pointer = result
  }

  /// An ordinary convolution.
  /// - Parameters:
  ///   - weight: the values in C order.
  ///   - shape: `[Cout, Cin, kd, kh, kw]`.
  ///   - bias: one value per output channel, or none.
  ///   - stride: along D, H and W.
  ///   - type: of weights and activations.
  ///   - device: where it runs.
  /// - Throws: ``TorchError`` where the values do not fill the shape.
  public convenience init(
    weight: [Float],
    shape: [Int],
    bias: [Float]?,
    stride: [Int],
    type: TensorType,
    on device: ComputeDevice
  ) throws(TorchError) {
    try Convolution.checkSizes(weight, shape, bias, outputs: shape.first ?? 0)
    guard stride.count == 3, stride.allSatisfy({ $0 > 0 }) else {
      throw .invalidArgument(operation: "a convolution", reason: "a stride of \(stride)")
    }
    try self.init("a convolution \(shape)") {
      ct_convolution_create(
        weight,
        shape.map(Int64.init),
        bias,
        stride.map(Int64.init),
        type.code,
        device.code,
        $0
      )
    }
  }

  /// A transposed convolution whose stride is its kernel.
  /// - Parameters:
  ///   - weight: the values in C order.
  ///   - shape: `[Cin, Cout, kd, kh, kw]`.
  ///   - bias: one value per output channel, or none.
  ///   - type: of weights and activations.
  ///   - device: where it runs.
  /// - Throws: ``TorchError`` where the values do not fill the shape.
  public convenience init(
    transposedWeight weight: [Float],
    shape: [Int],
    bias: [Float]?,
    type: TensorType,
    on device: ComputeDevice
  ) throws(TorchError) {
    try Convolution.checkSizes(weight, shape, bias, outputs: shape.count > 1 ? shape[1] : 0)
    try self.init("a transposed convolution \(shape)") {
      ct_transposed_convolution_create(
        weight,
        shape.map(Int64.init),
        bias,
        type.code,
        device.code,
        $0
      )
    }
  }

  deinit { ct_convolution_free(pointer) }

  /// The convolution of a tensor's channels, followed by those of a skip if there is one.
  public func callAsFunction(_ x: Tensor, skip: Tensor? = nil) throws(TorchError) -> Tensor {
    try Tensor(
      TensorHandle("a convolution") {
        ct_convolution_apply(pointer, x.pointer, skip?.pointer, $0)
      }
    )
  }

  private static func checkSizes(
    _ weight: [Float],
    _ shape: [Int],
    _ bias: [Float]?,
    outputs: Int
  ) throws(TorchError) {
    guard shape.count == 5, shape.allSatisfy({ $0 > 0 }), shape.reduce(1, *) == weight.count,
      bias.map({ $0.count == outputs }) ?? true
    else {
      throw .invalidArgument(
        operation: "a convolution",
        reason: "\(weight.count) weights and \(bias?.count ?? 0) biases do not fill \(shape)"
      )
    }
  }
}
