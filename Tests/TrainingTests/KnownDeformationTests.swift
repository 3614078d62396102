import Foundation
import Models
import NeuralNetworks
import Testing
import Torch
import Training

extension TrainingService {
  /// A batch's scans after their deformation, those brought back by the known field, and for each
  /// patch whether it is known.
  fileprivate func deformed(
    _ batch: TrainingBatch,
    of network: NetworkPlan
  ) throws -> (moved: [Float], back: [Float], isKnown: [Float]) {
    let size = batch.patches[0].size
    let image = try Tensor(
      batch.patches.flatMap(\.image),
      shape: [batch.patches.count, 2] + size
    )
    let (moved, field) = try batch.deformed(image, of: network, on: .cpu)
    guard let field else { return (try moved.values(), [], []) }
    let back = try moved.channels(1..<2).warped(by: field.displacement, scale: [1, 1, 1])
    return (try moved.values(), try back.values(), try field.isKnown.values())
  }
}

@Suite("Known deformations", .serialized)
struct KnownDeformationTests {
  private let size = [16, 18, 20]
  private var count: Int { size.reduce(1, *) }
  private let service = TrainingService(threads: 2)

  /// A smooth scan, so that interpolating it twice changes it little.
  private var wave: [Float] {
    (0..<count).map { index in
      let (d, h, w) = (index / (size[1] * size[2]), index / size[2] % size[1], index % size[2])
      return Float(sin(Double(d) / 4) + cos(Double(h) / 5) + sin(Double(w) / 6))
    }
  }

  private func patch() -> Patch {
    Patch(
      channelCount: 2,
      size: size,
      image: wave + wave,
      labels: [UInt8](repeating: 0, count: count)
    )
  }

  @Test("The MR moves to where the known field points; the CT and other patches stay")
  func moves() async throws {
    let draw = try JSONDecoder().decode(
      AugmentationDraw.self,
      from: Data(#"{"deformation": {"magnitude": 2, "isInPlane": false, "seed": 3}}"#.utf8)
    )
    let batch = TrainingBatch(
      patches: [draw.applied(to: patch()), patch()],
      isContoured: [Bool](repeating: true, count: 6)
    )
    let network = TrainingPlan.tinyM3().model.architecture
    let (moved, back, isKnown) = try await service.deformed(batch, of: network)
    #expect(isKnown == [1, 0])
    #expect(Array(moved[..<count]) == wave)
    let changes = zip(moved[count..<(2 * count)], wave).map { abs($0 - $1) }
    #expect((changes.max() ?? 0) > 0.2)
    // Away from the borders, beyond which nothing is known, the field leads back, but for what two
    // linear interpolations blur.
    var (worst, sum, moves) = (0 as Float, 0 as Float, 0 as Float)
    for d in 3..<13 {
      for h in 3..<15 {
        for w in 3..<17 {
          let index = (d * size[1] + h) * size[2] + w
          let error = abs(back[index] - wave[index])
          worst = max(worst, error)
          sum += error
          moves += changes[index]
        }
      }
    }
    #expect(worst < 0.08)
    #expect(sum < moves / 8)
    let still = zip(moved[(3 * count)...], wave).map { abs($0 - $1) }
    #expect((still.max() ?? 1) < 1e-4)
    // Without a registration nothing is moved.
    let plain = TrainingPlan.tiny().model.architecture
    #expect(try await service.deformed(batch, of: plain).isKnown.isEmpty)
  }

  @Test("Only a network with a registration can be trained with known deformations")
  func refused() throws {
    var plan = TrainingPlan.tinyM3()
    plan.augmentation.knownDeformation = .init(0.5, 0...3)
    try plan.validate()
    plan.augmentation.knownDeformation = .init(0.5, 0...100)
    #expect(throws: TrainingError.self) { try plan.validate() }
    var other = TrainingPlan.tiny()
    other.augmentation.knownDeformation = .init(0.5, 0...3)
    #expect(throws: TrainingError.self) { try other.validate() }
  }
}
