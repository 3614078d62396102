import CTorch

extension Tensor {
  /// A tensor of these values in C order whose gradient ``backward()`` collects; single precision.
  /// - Throws: ``TorchError`` where the values do not fill the shape or memory is short.
  public static func parameter(
    _ values: [Float],
    shape: [Int],
    on device: ComputeDevice = .cpu
  ) throws(TorchError) -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor(
      TensorHandle("a parameter of shape \(shape)") {
        ct_parameter_from_floats(
          values,
          values.count,
          sizes,
          Int32(sizes.count),
          device.code,
          $0
        )
      }
    )
  }

  /// Overwrites a parameter's values, in C order.
  public func set(_ values: [Float]) throws(TorchError) {
    try check(ct_parameter_set(pointer, values, values.count), "setting a parameter")
  }

  /// Adds the gradient of this number by every parameter it depends on to the parameter's own.
  /// - Throws: ``TorchError`` where this is not a single number or depends on no parameter.
  public func backward() throws(TorchError) {
    try check(ct_backward(pointer), "the way back")
  }

  /// What ``backward()`` has added up for this parameter since ``clearGradient()``.
  /// - Returns: `nil` where nothing depends on it.
  public func gradient() throws(TorchError) -> Tensor? {
    var result: OpaquePointer?
    try check(ct_gradient(pointer, &result), "a gradient")
    return result.map { Tensor(TensorHandle(owning: $0)) }
  }

  /// Forgets the gradient.
  public func clearGradient() throws(TorchError) {
    try check(ct_clear_gradient(pointer), "clearing a gradient")
  }

  /// The same values without what they were computed from.
  public func detached() throws(TorchError) -> Tensor {
    try Tensor(TensorHandle("detaching") { ct_detach(pointer, $0) })
  }
}

/// Runs `body` without recording what gradients need: for validation.
///
/// Recording belongs to the thread, so the closure is synchronous.
public func withoutGradients<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let wasOn = ct_gradient_recording()
  ct_set_gradient_recording(false)
  defer { ct_set_gradient_recording(wasOn) }
  return try body()
}
