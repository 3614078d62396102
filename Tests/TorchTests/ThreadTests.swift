import Foundation
import Testing
import Torch

@Suite("Threads")
struct ThreadTests {
  /// The bits of a computation with one, two and three threads.
  @DeviceActor private func bits(_ body: () throws -> Tensor) throws -> [[UInt32]] {
    defer { try? TorchRuntime.start(threads: ProcessInfo.processInfo.activeProcessorCount) }
    return try [1, 2, 3].map { threads in
      try TorchRuntime.start(threads: threads)
      return try body().values().map(\.bitPattern)
    }
  }

  static let convolutions: [ConvolutionCase] =
    (ConvolutionTests.winograd + ConvolutionTests.others)
    // libtorch's own loops for odd channels depend on the number of threads; nnU-Net plans none.
    .filter { $0.outputs != 5 }
    .map {
      var larger = $0
      larger.size = $0.size.map { $0 + 8 }
      return larger
    }

  @Test("Convolutions give the same bytes for 1, 2 and 3 threads", arguments: convolutions)
  func convolution(_ example: ConvolutionCase) async throws {
    try await onDevice {
      for type in [TensorType.float32, .bfloat16] {
        let found = try bits { try example.run(type: type) }
        #expect(found[1] == found[0])
        #expect(found[2] == found[0])
      }
    }
  }

  @Test("Transposed convolutions give the same bytes for 1, 2 and 3 threads")
  func transposed() async throws {
    try await onDevice {
      for type in [TensorType.float32, .bfloat16] {
        let convolution = try Convolution(
          transposedWeight: random(32 * 24 * 8, seed: 30),
          shape: [32, 24, 2, 2, 2],
          bias: random(24, seed: 31),
          type: type,
          on: .cpu
        )
        let x = try Tensor(random(32 * 10 * 120, seed: 32), shape: [1, 32, 10, 10, 12], type: type)
        let found = try bits { try convolution(x) }
        #expect(found[1] == found[0])
        #expect(found[2] == found[0])
      }
    }
  }

  @Test(
    "Normalization and pooling give the same bytes for 1, 2 and 3 threads",
    arguments: [1, 3, 31, 32, 320]
  )
  func normalization(channels: Int) async throws {
    try await onDevice {
      let shape = [1, channels, 12, 23, 17]
      let count = shape.reduce(1, *)
      for type in [TensorType.float32, .bfloat16] {
        let residual = try Tensor(random(count, seed: 33), shape: shape, type: type)
        let found = try bits {
          let x = try Tensor(random(count, seed: 34), shape: shape, type: type)
          try x.normalizeAndActivate(
            scale: random(channels, seed: 35),
            shift: random(channels, seed: 36),
            epsilon: 1e-5,
            residual: residual,
            slope: 0.01
          )
          return try x.averagePooled(stride: [2, 2, 2])
        }
        #expect(found[1] == found[0])
        #expect(found[2] == found[0])
      }
    }
  }

  @Test("The device thread runs an actor's jobs on one thread, one after another")
  func deviceThread() async throws {
    let counter = Counter()
    await withTaskGroup { group in
      for _ in 0..<200 { group.addTask { await counter.count() } }
    }
    let threads = await counter.threads
    let order = await counter.order
    #expect(threads.count == 1)
    #expect(order == Array(0..<200))
    let device = try await onDevice { ObjectIdentifier(Thread.current) }
    #expect(threads == [device])
  }
}

/// Counts without any lock: only right where its jobs do not overlap.
private actor Counter {
  private(set) var threads: Set<ObjectIdentifier> = []
  private(set) var order: [Int] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    DeviceThread.shared.asUnownedSerialExecutor()
  }

  func count() {
    threads.insert(ObjectIdentifier(Thread.current))
    order.append(order.count)
  }
}
