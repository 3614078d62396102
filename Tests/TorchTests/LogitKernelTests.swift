import Testing
import Torch

@Suite("Logits in half precision")
struct LogitKernelTests {
  @Test("All 65,536 halves come back from single precision unchanged")
  func everyHalf() async throws {
    try await onDevice {
      let halves = (0...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 || $0 & 0x3FF == 0 }
      #expect(LogitKernels.halves(LogitKernels.floats(halves)) == halves)
    }
  }

  @Test("Halves are the nearest, ties to even, and overflow to infinity")
  func rounding() async throws {
    try await onDevice {
      let values: [Float] = [
        1, 1.00048828125, 1.00146484375, 65519, 65520, -65520, 6e-8, 2e-8,
      ]
      let bits: [UInt16] = [0x3C00, 0x3C00, 0x3C02, 0x7BFF, 0x7C00, 0xFC00, 0x0001, 0]
      #expect(LogitKernels.halves(values) == bits)
      #expect(LogitKernels.floats([0x3555, 0x8001]) == [0.33325195, -5.9604645e-8])
      #expect(LogitKernels.floats(LogitKernels.halves([.nan]))[0].isNaN)
    }
  }

  @Test("Halves agree with Swift's own over random values")
  func agreesWithSwift() async throws {
    try await onDevice {
      let values =
        random(10_000, seed: 40, in: -70_000...70_000)
        + random(10_000, seed: 41, in: -1e-4...1e-4) + random(10_000, seed: 42)
      #expect(LogitKernels.halves(values) == values.map { Float16($0).bitPattern })
    }
  }

  @Test("A window that reaches outside the volume is zero there")
  func window() async throws {
    try await onDevice {
      let volume = (1...2 * 2 * 3 * 4).map(Float.init)
      let window = try LogitKernels.window(
        of: volume,
        size: [2, 3, 4],
        channels: 2,
        at: [-1, 1, -2],
        size: [4, 4, 8],
        type: .float32,
        on: .cpu
      )
      #expect(window.shape == [1, 2, 4, 4, 8])
      let found = try window.values()
      for c in 0..<2 {
        for d in 0..<4 {
          for h in 0..<4 {
            for w in 0..<8 {
              let (z, y, x) = (d - 1, h + 1, w - 2)
              let isInside = (0..<2).contains(z) && (0..<3).contains(y) && (0..<4).contains(x)
              let there: Int = ((c * 2 + z) * 3 + y) * 4 + x
              let expected = isInside ? volume[there] : 0
              let here: Int = ((c * 4 + d) * 4 + h) * 8 + w
              #expect(found[here] == expected)
            }
          }
        }
      }
    }
  }
}
