import TestSupport
import Torch

/// Puts tests on the one thread that libtorch runs on, so that they also follow one another.
@globalActor actor DeviceActor {
  static let shared = DeviceActor()

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }
}

/// Repeatable values in a range.
func random(
  _ count: Int,
  seed: UInt64,
  in range: ClosedRange<Float> = -1...1
) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float.random(in: range, using: &generator) }
}

/// The largest difference, as a part of the largest expected value.
func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let largest = expected.reduce(0) { max($0, $1.magnitude) }
  let difference = zip(found, expected).reduce(0.0) { max($0, (Double($1.0) - $1.1).magnitude) }
  return found.allSatisfy(\.isFinite) ? difference / largest : .infinity
}

/// The result of a computation on the device thread.
@DeviceActor func onDevice<Result: Sendable>(
  _ body: @DeviceActor () throws -> Result
) throws -> Result {
  try body()
}
