import Anatomy
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import Testing

@Suite("nnU-Net's plans")
struct PlansTests {
  @Test("A plan has what nnU-Net wrote")
  func plain() throws {
    let plan = try inspectModel(at: Golden.url("plain")).plan
    #expect(plan.channelNames == ["CT", "T2"])
    #expect(plan.outputs == .classes([0, 1, 2]))
    #expect(plan.labels.entries.map(\.name) == ["Brainstem", "Parotid_L"])
    #expect(plan.mirroringAxes == [0, 2])
    #expect(plan.fileEnding == ".nrrd")
    #expect(plan.trainer == "nnUNetTrainer")
    #expect(plan.preparation.transposeForward == [1, 2, 0])
    #expect(plan.preparation.channels.map(\.scheme) == [.ct, .zScore])
    #expect(plan.preparation.channels.map(\.usesNonzeroMask) == [false, true])
    #expect(
      plan.preparation.channels[0].foreground
        == ForegroundIntensities(
          mean: 40.5,
          standardDeviation: 200.25,
          percentile005: -900,
          percentile995: 1500
        )
    )
    #expect(plan.preparation.labelResampling == ResamplingRule(order: 1))
    let expected = UNetPlan(
      encoder: .plain,
      inputChannels: 2,
      outputChannels: 3,
      features: [2, 4],
      kernels: [[1, 3, 3], [3, 3, 3]],
      strides: [[1, 1, 1], [1, 2, 2]],
      encoderDepths: [1, 2],
      decoderDepths: [1]
    )
    #expect(plan.architecture == .unet(expected))
  }

  @Test("Plans from before nnU-Net 2.3 describe the same network")
  func olderPlans() throws {
    let folder = try ModelFolder()
    try folder.editConfiguration { configuration in
      configuration["architecture"] = nil
      configuration["UNet_class_name"] = "PlainConvUNet"
      configuration["UNet_base_num_features"] = 2
      configuration["unet_max_num_features"] = 320
      configuration["n_conv_per_stage_encoder"] = [1, 2]
      configuration["n_conv_per_stage_decoder"] = [1]
      configuration["num_pool_per_axis"] = [0, 1, 1]
      configuration["pool_op_kernel_sizes"] = [[1, 1, 1], [1, 2, 2]]
      configuration["conv_kernel_sizes"] = [[1, 3, 3], [3, 3, 3]]
    }
    try folder.editPlans { plans in
      plans["foreground_intensity_properties_by_modality"] =
        plans.removeValue(forKey: "foreground_intensity_properties_per_channel")
    }
    try folder.write(
      dataset: """
        {"modality": {"0": "CT", "1": "T2"},
         "labels": {"background": 0, "Brainstem": 1, "Parotid_L": 2}, "file_ending": ".nrrd"}
        """
    )
    #expect(try readModel(at: folder.url) == readModel(at: Golden.url("plain")))
  }

  @Test("Regions keep the order of the file and the values of regions_class_order")
  func regions() throws {
    let folder = try ModelFolder()
    try folder.write(
      dataset: """
        {"channel_names": {"1": "T2", "0": "CT"}, "regions_class_order": [3, 1, 2],
         "labels": {"background": 0, "Whole": [1, 2, 3], "Core": [2, 3], "Active": 3, "ignore": 4}}
        """
    )
    let plan = try readModel(at: folder.url).plan
    #expect(plan.outputs == .regions([3, 1, 2]))
    #expect(plan.channelNames == ["CT", "T2"])
    #expect(plan.labels.entry(label: 3)?.name == "Whole")
    #expect(plan.labels.entry(label: 1)?.name == "Core")
    #expect(plan.labels.entry(label: 2)?.name == "Active")
    #expect(plan.fileEnding == ".nii.gz")
  }

  @Test("The ignore label has no output")
  func ignored() throws {
    let folder = try ModelFolder()
    try folder.write(
      dataset: """
        {"channel_names": {"0": "CT", "1": "T2"},
         "labels": {"background": 0, "ignore": 3, "Parotid_L": [2], "Brainstem": 1}}
        """
    )
    let plan = try readModel(at: folder.url).plan
    #expect(plan.outputs == .classes([0, 1, 2]))
    #expect(plan.labels.entries.map(\.name) == ["Brainstem", "Parotid_L"])
  }

  @Test("A cascade's input has a channel for each label of the stage before")
  func cascade() throws {
    let folder = try ModelFolder()
    try folder.editPlans { plans in
      var configurations = try #require(plans["configurations"] as? [String: Any])
      configurations["3d_lowres"] = configurations["3d_fullres"]
      configurations["3d_fullres"] = [
        "inherits_from": "3d_lowres", "previous_stage": "3d_lowres", "spacing": [1, 1, 1],
        "normalization_schemes": ["CTNormalization"], "use_mask_for_norm": [false],
      ]
      plans["configurations"] = configurations
    }
    try folder.write(
      dataset: """
        {"channel_names": {"0": "CT"}, "labels": {"background": 0, "Brainstem": 1, "Parotid_L": 2}}
        """
    )
    let plan = try inspectModel(at: folder.url).plan
    #expect(plan.previousStage == "3d_lowres")
    #expect(plan.previousStageLabels == [1, 2])
    #expect(plan.architecture.inputChannels == 3)
    #expect(plan.preparation.spacing == [1, 1, 1])
    #expect(plan.patchSize == [8, 16, 16])
    #expect(
      folder.error()
        == .wrongShape(
          name: "encoder.stages.0.0.convs.0.conv.weight",
          fold: "0",
          expected: [2, 3, 1, 3, 3],
          found: [2, 2, 1, 3, 3]
        )
    )
  }

  @Test("Configurations that inherit in a circle are refused")
  func circle() throws {
    let folder = try ModelFolder()
    try folder.editPlans { plans in
      plans["configurations"] = [
        "3d_fullres": ["inherits_from": "a"], "a": ["inherits_from": "3d_fullres"],
      ]
    }
    #expect(
      folder.error()
        == .invalidPlan("configurations inherit in a circle: 3d_fullres → a → 3d_fullres")
    )
  }

  @Test("Resampling functions and their arguments become rules")
  func resampling() throws {
    let folder = try ModelFolder()
    try folder.editConfiguration { configuration in
      configuration["resampling_fn_data"] = "resample_torch_fornnunet"
      configuration["resampling_fn_data_kwargs"] = [
        "is_seg": false, "force_separate_z": false, "memefficient_seg_resampling": false,
      ]
      configuration["resampling_fn_seg"] = "no_resampling_hack"
      configuration["resampling_fn_seg_kwargs"] = [String: Any]()
      configuration["resampling_fn_probabilities_kwargs"] = [
        "order": 1, "force_separate_z": true, "separate_z_anisotropy_threshold": 5,
      ]
    }
    let plan = try inspectModel(at: folder.url).plan.preparation
    #expect(
      plan.imageResampling == ResamplingRule(method: .linear, order: 1, forceSeparateZ: false)
    )
    #expect(plan.labelResampling.method == .identity)
    #expect(
      plan.logitResampling
        == ResamplingRule(order: 1, forceSeparateZ: true, anisotropyThreshold: 5)
    )
  }

  @Test("A member that is missing or of another kind is named by its path")
  func paths() throws {
    let folder = try ModelFolder()
    try folder.editConfiguration { $0["spacing"] = [1, "two", 3] }
    #expect(
      folder.error()
        == .unexpectedJSON(
          file: "plans.json",
          path: "configurations.3d_fullres.spacing[1]",
          expected: "a finite number",
          found: "a string"
        )
    )
    try folder.editConfiguration { $0["spacing"] = nil }
    #expect(
      folder.error()
        == .missingJSON(file: "plans.json", path: "configurations.3d_fullres.spacing")
    )
    try folder.write(dataset: "{\"labels\": {\"background\": 0,, }}")
    guard case .invalidJSON("dataset.json", _, 28) = folder.error() else {
      Issue.record("broken JSON was not refused as such")
      return
    }
  }

  @Test("Plans that contradict themselves are refused")
  func contradictions() throws {
    for (key, value): (String, Any) in [
      ("patch_size", [8, 15, 16]), ("patch_size", [8, 16]), ("spacing", [0, 1, 1]),
      ("spacing", [1, 1]), ("patch_size", [0, 0, 0]), ("patch_size", [1 << 40, 16, 16]),
      ("use_mask_for_norm", [true]), ("normalization_schemes", ["CTNormalization"]),
    ] {
      let folder = try ModelFolder()
      try folder.editConfiguration { $0[key] = value }
      #expect(folder.error() != nil, "\(key) \(value)")
    }
    for (key, value): (String, Any) in [
      ("strides", [[1, 1, 1], [0, 2, 2]]), ("strides", [[1, 2, 2], [1, 2, 2]]),
      ("kernel_sizes", [[2, 3, 3], [3, 3, 3]]), ("n_stages", 1 << 40), ("n_stages", 1),
      ("features_per_stage", [2, 1 << 40]), ("n_conv_per_stage", [1, 1 << 40]),
      ("n_conv_per_stage", [1]),
    ] {
      let folder = try ModelFolder()
      try folder.editArchitecture { $0[key] = value }
      #expect(folder.error() != nil, "\(key) \(value)")
    }
    for dataset in [
      #"{"channel_names": {"0": "CT", "1": "T2"}, "labels": {"Brainstem": 1}}"#,
      #"{"channel_names": {"0": "CT", "2": "T2"}, "labels": {"background": 0, "a": 1, "b": 2}}"#,
      #"{"channel_names": {"0": "CT", "1": "T2"}, "labels": {"background": 1, "a": 2, "b": 3}}"#,
      #"{"channel_names": {"0": "CT", "1": "T2"}, "labels": {"background": 0, "a": 1, "b": 1}}"#,
      #"{"channel_names": {"0": "CT", "1": "T2"}, "labels": {"background": 0, "a": 1, "b": 70000}}"#,
      #"{"channel_names": {"0": "CT", "1": "T2"}, "labels": {"background": 0, "a": [1, 2], "b": 2}}"#,
    ] {
      let folder = try ModelFolder()
      try folder.write(dataset: dataset)
      #expect(folder.error() != nil, "\(dataset)")
    }
  }

  @Test("Damaged plans are refused or read, never trapped on", .timeLimit(.minutes(5)))
  func mutations() throws {
    var generator = SeededGenerator(seed: 31)
    for file in ["plans.json", "dataset.json"] {
      let folder = try ModelFolder()
      let whole = try Golden.data("plain/\(file)")
      var refused = 0
      for _ in 0..<2_000 {
        try whole.mutated(using: &generator).write(to: folder.url.appending(path: file))
        do { _ = try inspectModel(at: folder.url) } catch { refused += 1 }
      }
      #expect(refused > 1_000)
    }
  }
}
