import Anatomy
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import Testing

@Suite("Models that nnU-Net trained")
struct RealModelTests {
  @Test(
    "Weights equal those torch.load gives",
    .enabled(if: SharedData.has("nnunet_model")),
    arguments: ["plain", "resenc"]
  )
  func weights(_ name: String) throws {
    let folder = try #require(SharedData.folder).appending(path: "nnunet_model/\(name)")
    let model = try readModel(at: folder)
    #expect(model.folds.map(\.name) == ["0"])
    let all = try JSONDecoder().decode(
      [String: [String: WeightSummary]].self,
      from: Golden.data("real_models.json")
    )
    let expected = try #require(all[name])
    let weights = try #require(model.folds.first).weights
    #expect(Set(weights.keys) == Set(expected.keys))
    for (name, summary) in expected {
      expect(try #require(weights[name]), equals: summary, name)
    }
  }

  @Test("The plan is the one nnU-Net wrote", .enabled(if: SharedData.has("nnunet_model")))
  func plan() throws {
    let folder = try #require(SharedData.folder).appending(path: "nnunet_model/plain")
    let description = try inspectModel(at: folder)
    let plan = description.plan
    #expect(description.format == .nnUNet)
    #expect(description.folds == ["0"])
    #expect(plan.name == "Dataset501_OpenKBP")
    #expect(plan.configuration == "3d_fullres")
    #expect(plan.trainer == "nnUNetTrainerAdamShort")
    #expect(plan.channelNames == ["CT"])
    #expect(plan.outputs == .classes([0, 1, 2, 3, 4, 5]))
    #expect(plan.labels.entry(label: 5)?.name == "Bone_Mandible")
    #expect(plan.labels.entry(label: 5)?.color == OrganAtRisk.mandible.color)
    #expect(plan.patchSize == [48, 80, 80])
    #expect(plan.mirroringAxes == [0, 1, 2])
    #expect(plan.preparation.transposeForward == [1, 0, 2])
    #expect(plan.preparation.spacing == [3.9200000762939453, 2.5, 3.9200000762939453])
    #expect(plan.preparation.channels.map(\.scheme) == [.ct])
    #expect(plan.preparation.imageResampling == ResamplingRule(order: 3))
    #expect(plan.preparation.logitResampling == ResamplingRule(order: 1))
    #expect(plan.architecture.unet?.encoder == .plain)
    #expect(plan.architecture.features == [16, 32, 64, 128, 160])
    #expect(plan.architecture.unet?.decoderDepths == [2, 2, 2, 2])
  }
}
