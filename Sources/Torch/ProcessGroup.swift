import CTorch

/// The processes that train one network together: sums and copies among them, by c10d.
///
/// Gloo carries them on the processor, NCCL on CUDA. Every process of the group must make the same
/// calls in the same order. Not Sendable: it stays on its thread.
public struct ProcessGroup {
  private final class Handle {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { ct_group_free(pointer) }
  }

  /// Which of the processes this is, from 0.
  public let rank: Int
  /// How many there are.
  public let count: Int
  private let handle: Handle?

  /// A process by itself: sums and copies leave everything as it is.
  public static var alone: ProcessGroup { ProcessGroup(rank: 0, count: 1, handle: nil) }

  private init(rank: Int, count: Int, handle: Handle?) {
    self.rank = rank
    self.count = count
    self.handle = handle
  }

  /// Meets the other processes; returns once all are there.
  /// - Parameters:
  ///   - meeting: Where, and which of the processes this is.
  ///   - device: Where the tensors live that are exchanged.
  ///   - seconds: How long to wait, here and in every exchange.
  /// - Throws: ``TorchError/unreachable(place:reason:)`` where they do not all come in time.
  public init(
    _ meeting: ProcessMeeting,
    device: ComputeDevice,
    timeout seconds: Double
  ) throws(TorchError) {
    let milliseconds = Int64(min(max(seconds, 0.001), 1e6) * 1000)
    var pointer: OpaquePointer?
    let status = ct_group_join(
      meeting.host,
      Int32(clamping: meeting.port),
      meeting.isLauncherListening,
      meeting.name,
      Int32(clamping: meeting.rank),
      Int32(clamping: meeting.count),
      milliseconds,
      meeting.interface,
      device.code,
      &pointer
    )
    guard status == CT_OK, let pointer else {
      throw .unreachable(
        place: "\(meeting.host):\(meeting.port)",
        reason: Self.words(String(cString: ct_last_message()))
      )
    }
    self.init(rank: meeting.rank, count: meeting.count, handle: Handle(pointer))
  }

  /// Whether this is the process that writes files.
  public var isFirst: Bool { rank == 0 }

  /// The sum over processes of each number.
  public func sum(_ values: [Double]) throws(TorchError) -> [Double] {
    guard let handle, !values.isEmpty else { return values }
    var sums = values
    try exchange("a sum", ct_group_sum(handle.pointer, &sums, sums.count))
    return sums
  }

  /// The sum over processes of a single-precision tensor, without a history.
  public func sum(_ tensor: Tensor) throws(TorchError) -> Tensor {
    guard let handle else { return try tensor.detached() }
    var result: OpaquePointer?
    try exchange(
      "a sum of tensors",
      ct_group_sum_tensor(handle.pointer, tensor.pointer, &result)
    )
    guard let result else { throw .failed(operation: "a sum of tensors", reason: "no result") }
    return Tensor(TensorHandle(owning: result))
  }

  /// Puts the sum over processes in the place of each parameter's gradient.
  public func sumGradients(of parameters: [Tensor]) throws(TorchError) {
    guard let handle else { return }
    let pointers = parameters.map { Optional($0.pointer) }
    try exchange(
      "a sum of gradients",
      ct_group_sum_gradients(handle.pointer, pointers, pointers.count)
    )
  }

  /// Gives all processes the values that the first one's tensors have; single precision.
  public func broadcast(_ tensors: [Tensor]) throws(TorchError) {
    guard let handle, !tensors.isEmpty else { return }
    let pointers = tensors.map { Optional($0.pointer) }
    try exchange(
      "a copy of weights",
      ct_group_broadcast(handle.pointer, pointers, pointers.count)
    )
  }

  /// The first process's bytes.
  public func broadcast(_ bytes: [UInt8]) throws(TorchError) -> [UInt8] {
    guard let handle else { return bytes }
    let count = Int(try sum([isFirst ? Double(bytes.count) : 0])[0])
    var result = isFirst ? bytes : [UInt8](repeating: 0, count: count)
    guard count > 0 else { return [] }
    try exchange(
      "a copy of the state",
      ct_group_broadcast_bytes(handle.pointer, &result, result.count)
    )
    return result
  }

  /// Returns when all processes have come here.
  public func wait() throws(TorchError) { _ = try sum([0]) }

  private func exchange(_ operation: String, _ status: ct_status) throws(TorchError) {
    guard status != CT_OK else { return }
    let reason = String(cString: ct_last_message())
    if status == CT_OUT_OF_MEMORY { throw .outOfMemory(operation: operation) }
    throw .lostProcess(operation: operation, reason: Self.words(reason))
  }

  /// The words of a message of Gloo or c10d: without the place in its sources, on one line.
  private static func words(_ message: String) -> String {
    if message.contains("Connection closed") || message.contains("onnection reset")
      || message.contains("Broken pipe")
    {
      return "a connection was closed"
    }
    if message.contains("imed out") || message.contains("imeout") { return "no answer in time" }
    let line = message.split(separator: "\n").first.map(String.init) ?? message
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return line }
    return String(line[line.index(after: end)...].drop { $0 == " " })
  }
}
