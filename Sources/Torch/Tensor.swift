import CTorch

/// Sole owner of one `ct_tensor *`, freed exactly once.
struct TensorHandle: ~Copyable {
  let pointer: OpaquePointer

  /// Takes over what a C function leaves in its last argument.
  init(
    _ operation: String,
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> ct_status
  ) throws(TorchError) {
    var result: OpaquePointer?
    try check(body(&result), operation)
    guard let result else { throw .failed(operation: operation, reason: "no result") }
    pointer = result
  }

  /// Takes over a handle that is known to be there.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_tensor_free(pointer) }
}

/// A libtorch tensor.
///
/// Copies share storage, as in libtorch; not Sendable: it stays on its thread.
public struct Tensor {
  private final class Storage {
    let handle: TensorHandle
    init(_ handle: consuming TensorHandle) { self.handle = handle }
  }
  private let storage: Storage

  init(_ handle: consuming TensorHandle) { storage = Storage(handle) }

  var pointer: OpaquePointer { storage.handle.pointer }

  /// A tensor of these values in C order; 5D tensors are kept channels-last in memory.
  /// - Throws: ``TorchError`` where the values do not fill the shape or memory is short.
  public init(
    _ values: [Float],
    shape: [Int],
    type: TensorType = .float32,
    on device: ComputeDevice = .cpu
  ) throws(TorchError) {
    let sizes = shape.map(Int64.init)
    try self.init(
      TensorHandle("a tensor of shape \(shape)") {
        ct_tensor_from_floats(
          values,
          values.count,
          sizes,
          Int32(sizes.count),
          type.code,
          device.code,
          $0
        )
      }
    )
  }

  /// The sizes of the axes.
  public var shape: [Int] {
    (0..<ct_tensor_rank(pointer)).map { Int(ct_tensor_size(pointer, $0)) }
  }

  /// The type of the elements.
  public var type: TensorType {
    switch ct_tensor_type(pointer) {
    case CT_BFLOAT16: .bfloat16
    case CT_FLOAT16: .float16
    default: .float32
    }
  }

  /// Where the tensor lives.
  public var device: ComputeDevice { ct_tensor_device(pointer) == CT_CUDA ? .cuda : .cpu }

  /// The values in C order, converted to `Float` and brought to the host.
  public func values() throws(TorchError) -> [Float] {
    let count = shape.reduce(1, *)
    var result = [Float](repeating: 0, count: count)
    try check(ct_tensor_to_floats(pointer, &result, count), "reading a tensor")
    return result
  }

  /// The number of tensors alive in this process, on all threads; for tests.
  public static var liveCount: Int { Int(ct_live_tensor_count()) }
}

/// The type of a tensor's elements.
public enum TensorType: String, Sendable, Hashable, Codable, CaseIterable {
  /// IEEE single precision.
  case float32
  /// The upper half of single precision: 8 bits of significand.
  case bfloat16
  /// IEEE half precision: 11 bits of significand, numbers up to 65,504. For training on CUDA.
  case float16

  var code: ct_type {
    switch self {
    case .float32: CT_FLOAT32
    case .bfloat16: CT_BFLOAT16
    case .float16: CT_FLOAT16
    }
  }
}

/// Where tensors live and layers run.
public enum ComputeDevice: String, Sendable, Hashable, Codable, CaseIterable {
  /// The processor.
  case cpu
  /// The first NVIDIA GPU.
  case cuda

  var code: ct_device { self == .cuda ? CT_CUDA : CT_CPU }
}
