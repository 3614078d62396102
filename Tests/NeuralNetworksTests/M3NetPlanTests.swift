import Foundation
import NeuralNetworks
import Testing

@Suite("M3-Net's plan")
struct M3NetPlanTests {
  @Test("A plan survives JSON, and a U-Net's JSON is what it was before there were other kinds")
  func json() throws {
    for (_, plan) in M3NetPlan.ablations {
      let data = try JSONEncoder().encode(NetworkPlan.m3(plan))
      #expect(try JSONDecoder().decode(NetworkPlan.self, from: data) == .m3(plan))
      #expect(String(decoding: data, as: UTF8.self).contains(#""kind":"m3net""#))
    }
    let unet = try #require(GoldenUNet.all.first).plan
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(NetworkPlan.unet(unet)) == encoder.encode(unet))
    let decoded = try JSONDecoder().decode(NetworkPlan.self, from: encoder.encode(unet))
    #expect(decoded == .unet(unet))
  }

  @Test("A kind that is not known is refused")
  func unknownKind() throws {
    let text = #"{"kind": "transformer"}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(NetworkPlan.self, from: Data(text.utf8))
    }
  }

  @Test("Plans that contradict themselves are refused with what was expected")
  func validation() throws {
    let changes: [(String, (inout M3NetPlan) -> Void)] = [
      ("no modality", { $0.modalities = [] }),
      ("three modalities", { $0.modalities.append(.init(name: "pet")) }),
      ("two of one name", { $0.modalities[1].name = "ct" }),
      ("a name that is taken", { $0.modalities[1].name = "organs" }),
      ("a name of spaces", { $0.modalities[1].name = "m r" }),
      ("two encoders for one modality", { $0.modalities.removeLast() }),
      ("alignment without registration", { $0.registration = nil }),
      ("registration of one encoder", { $0.fusion = .input }),
      ("regions coarser than global", { $0.masks?.regionalStage = 2 }),
      ("a mask at the bottleneck", { $0.masks?.globalStage = 2 }),
      ("a class twice", { $0.masks?.regions[1].classes = [3, 1] }),
      ("background in a region", { $0.masks?.regions[1].classes = [0] }),
      ("a class beyond", { $0.masks?.regions[1].classes = [4] }),
      ("a region without classes", { $0.masks?.regions[1].classes = [] }),
      ("velocity at the bottleneck", { $0.registration?.stage = 2 }),
      ("many squarings", { $0.registration?.squarings = 40 }),
      ("no gate", { $0.gateReduction = 0 }),
      ("depths", { $0.decoderDepths = [1] }),
    ]
    for (name, change) in changes {
      var plan = M3NetPlan.tiny
      change(&plan)
      #expect(throws: NetworkPlanError.self, "\(name)") { try plan.validate() }
    }
    #expect(throws: NetworkPlanError.indivisiblePatch(axis: 2, size: 10, stride: 4)) {
      try M3NetPlan.tiny.validate(patchSize: [4, 8, 10])
    }
  }

  @Test("The weights of a trained network are those of its parts, without deep supervision's heads")
  func expectedWeights() throws {
    let plan = M3NetPlan.tiny
    let names = plan.expectedWeights.map(\.name)
    #expect(Set(names).count == names.count)
    let all = Set(plan.graph(heads: .all).weights.map(\.name))
    #expect(all.subtracting(names) == ["organs.seg_layers.0.weight", "organs.seg_layers.0.bias"])
    for prefix in ["ct.encoder.", "mr.encoder.", "fusion.", "global.", "regions.", "organs."] {
      #expect(names.contains { $0.hasPrefix(prefix) }, "\(prefix)")
    }
    #expect(names.contains("registration.velocity.weight"))
  }

  @Test("No two layers have one name")
  func layerNames() {
    for (name, plan) in M3NetPlan.ablations {
      let names = plan.graph(heads: .all).layers.map(\.name)
      #expect(Set(names).count == names.count, "\(name)")
    }
  }

  @Test("The table of regions follows their members")
  func regionTable() throws {
    let masks = try #require(M3NetPlan.tiny.masks)
    #expect(masks.regionTable(classes: 4) == [0, 1, 1, 2])
    #expect(masks.regionTable(classes: 6) == [0, 1, 1, 2, 0, 0])
  }
}
