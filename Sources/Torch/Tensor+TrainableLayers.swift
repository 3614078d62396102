import CTorch

// Layers with gradients, on 5D tensors `[N, C, D, H, W]`, channels-last in memory.
extension Tensor {
  /// A convolution: `[N, Cin, D, H, W]` to `[N, Cout, D/s, H/s, W/s]`.
  ///
  /// Padded by `(k − 1) / 2` on each side. The weight follows this tensor's type.
  /// - Parameters:
  ///   - weight: `[Cout, Cin, kd, kh, kw]`.
  ///   - bias: `[Cout]`, or none.
  ///   - stride: along D, H and W.
  ///   - skip: channels to join behind this tensor's own, or none.
  /// - Returns: The convolution, with its gradient.
  /// - Throws: ``TorchError`` where channels do not fit.
  public func convolved(
    weight: Tensor,
    bias: Tensor?,
    stride: [Int],
    joining skip: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    try convolved(weight, bias, stride, skip, isTransposed: false)
  }

  /// A transposed convolution whose kernel is its stride.
  /// - Parameters:
  ///   - weight: `[Cin, Cout, kd, kh, kw]`.
  ///   - bias: `[Cout]`, or none.
  ///   - stride: the kernel's sizes.
  /// - Returns: The larger tensor, with its gradient.
  /// - Throws: ``TorchError`` where channels do not fit.
  public func upsampled(
    weight: Tensor,
    bias: Tensor?,
    stride: [Int]
  ) throws(TorchError) -> Tensor {
    try convolved(weight, bias, stride, nil, isTransposed: true)
  }

  private func convolved(
    _ weight: Tensor,
    _ bias: Tensor?,
    _ stride: [Int],
    _ skip: Tensor?,
    isTransposed: Bool
  ) throws(TorchError) -> Tensor {
    guard stride.count == 3, stride.allSatisfy({ $0 > 0 }) else {
      throw .invalidArgument(operation: "a convolution", reason: "a stride of \(stride)")
    }
    let steps = stride.map(Int64.init)
    return try Tensor(
      TensorHandle("a convolution") {
        ct_train_convolution(
          pointer,
          skip?.pointer,
          weight.pointer,
          bias?.pointer,
          steps,
          isTransposed,
          $0
        )
      }
    )
  }

  /// `leakyReLU(instanceNorm(x) · scale + shift + residual)`; scale and shift are `[C]`.
  ///
  /// Mean and biased variance over D, H and W of each sample and channel (Ulyanov et al., arXiv
  /// 1607.08022), as in ``normalizeAndActivate(scale:shift:epsilon:residual:slope:)``; the same
  /// bytes for any number of threads, on the way back too. A slope of 1 leaves the nonlinearity out.
  public func normalized(
    scale: Tensor,
    shift: Tensor,
    epsilon: Double,
    residual: Tensor? = nil,
    slope: Double
  ) throws(TorchError) -> Tensor {
    try Tensor(
      TensorHandle("instance normalization") {
        ct_train_normalization(
          pointer,
          residual?.pointer,
          scale.pointer,
          shift.pointer,
          epsilon,
          slope,
          $0
        )
      }
    )
  }

  /// The mean over blocks of `stride` voxels, with its gradient: sizes are divided and floored.
  public func blockMeans(stride: [Int]) throws(TorchError) -> Tensor {
    guard stride.count == 3, stride.allSatisfy({ $0 > 0 }) else {
      throw .invalidArgument(operation: "average pooling", reason: "a stride of \(stride)")
    }
    let steps = stride.map(Int64.init)
    return try Tensor(TensorHandle("average pooling") { ct_train_average_pool(pointer, steps, $0) })
  }
}
