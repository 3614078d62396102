import Torch

/// Puts tests on the one thread that libtorch runs on, so that they also follow one another.
@globalActor actor DeviceActor {
  static let shared = DeviceActor()

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }
}

/// The result of a computation on the device thread.
@DeviceActor func onDevice<Result: Sendable>(
  _ body: @DeviceActor () throws -> Result
) throws -> Result {
  try body()
}
