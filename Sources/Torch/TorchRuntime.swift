import CTorch

/// The process's libtorch: version, devices, threads.
public enum TorchRuntime {
  /// Tells the allocator to keep its pages, once per process; before other threads start is best.
  public static func prepare() { _ = prepared }

  /// Gives pages that nothing uses back to the system; after a large structure has gone.
  public static func returnUnusedMemory() { ct_return_unused_memory() }

  private static let prepared: Void = ct_initialize()

  /// Prepares libtorch, and has the calling thread's operations use this many threads.
  ///
  /// libgomp keeps one team of threads per calling thread, so this is called on the thread that
  /// will compute (``DeviceThread``).
  public static func start(threads: Int) throws(TorchError) {
    prepare()
    try check(ct_set_thread_count(Int32(clamping: threads)), "\(threads) threads")
  }

  /// The version of libtorch this program was built with.
  public static var version: String { String(cString: ct_version()) }

  /// Whether an NVIDIA GPU can be used.
  public static var hasCUDA: Bool { ct_cuda_is_available() }

  /// Has the calling thread use the machine's CUDA device of this number, from 0.
  public static func selectCUDADevice(_ index: Int) throws(TorchError) {
    try check(ct_select_cuda_device(Int32(clamping: index)), "CUDA device \(index)")
  }

  /// Whether the processor multiplies bfloat16 in hardware.
  public static var hasFastBFloat16: Bool { ct_bfloat16_is_fast() }
}
