import CTorch

extension Tensor {
  /// Normalizes each channel of each sample and applies the nonlinearity, in place.
  ///
  /// `leakyReLU((x − mean) / √(variance + ε) · scale + shift + residual)` on `[N, C, D, H, W]`. Mean and (biased) variance are over D, H and W, two-pass within blocks and
  /// combined in double precision; the same bytes for any number of threads. A slope of 1 leaves
  /// the nonlinearity out. Ulyanov et al., arXiv 1607.08022.
  public func normalizeAndActivate(
    scale: [Float],
    shift: [Float],
    epsilon: Double,
    residual: Tensor? = nil,
    slope: Double
  ) throws(TorchError) {
    guard scale.count == shift.count else {
      throw .invalidArgument(
        operation: "instance normalization",
        reason: "\(scale.count) scales, \(shift.count) shifts"
      )
    }
    try check(
      ct_instance_norm_activate(
        pointer,
        scale,
        shift,
        scale.count,
        Float(epsilon),
        residual?.pointer,
        Float(slope)
      ),
      "instance normalization"
    )
  }

  /// The mean over blocks of `stride` voxels: `[N, C, D, H, W]` to `[N, C, D/s, H/s, W/s]`, floored.
  public func averagePooled(stride: [Int]) throws(TorchError) -> Tensor {
    guard stride.count == 3 else {
      throw .invalidArgument(operation: "average pooling", reason: "a stride of \(stride)")
    }
    let sizes = stride.map(Int64.init)
    return try Tensor(TensorHandle("average pooling") { ct_average_pool(pointer, sizes, $0) })
  }

  /// Mirrored along the given spatial axes: 0 is D, 1 is H, 2 is W.
  public func flipped(axes: [Int]) throws(TorchError) -> Tensor {
    try Tensor(TensorHandle("mirroring") { ct_flip(pointer, bits(axes), $0) })
  }

  /// Adds another tensor mirrored along the given spatial axes, in place.
  public func add(_ other: Tensor, flippedOn axes: [Int]) throws(TorchError) {
    try check(ct_add_flipped(pointer, other.pointer, bits(axes)), "adding a mirrored prediction")
  }

  /// Divides every element, in place.
  public func divide(by divisor: Double) throws(TorchError) {
    try check(ct_divide(pointer, Float(divisor)), "division")
  }

  /// The same values in another type; the tensor itself where it has that type.
  public func converted(to type: TensorType) throws(TorchError) -> Tensor {
    guard type != self.type else { return self }
    return try Tensor(TensorHandle("conversion") { ct_convert(pointer, type.code, $0) })
  }
}

/// The C boundary's set of spatial axes, one bit each.
private func bits(_ axes: [Int]) -> Int32 {
  axes.reduce(0) { $0 | 1 << Int32($1) }
}
