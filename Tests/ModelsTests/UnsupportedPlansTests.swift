import Foundation
import Models
import TestSupport
import Testing

@Suite("Plans of networks that are not supported")
struct UnsupportedPlansTests {
  @Test(
    "Another network, layer or preprocessing is refused by its name",
    arguments: [
      ("norm_op", "torch.nn.modules.batchnorm.BatchNorm3d"),
      ("conv_op", "torch.nn.modules.conv.Conv2d"), ("nonlin", "torch.nn.ReLU"),
      ("block", "dynamic_network_architectures.building_blocks.residual.BottleneckD"),
      ("surprise", "yes"), ("pool_type", "max"),
    ]
  )
  func unsupportedArguments(_ key: String, _ value: String) throws {
    let folder = try ModelFolder()
    try folder.editArchitecture { $0[key] = value }
    guard case .unsupported("network argument \(key)", value, _) = folder.error() else {
      Issue.record("\(key) \(value) was not refused by name")
      return
    }
  }

  @Test("Squeeze and excitation, activation before normalization and plain norms are refused")
  func unsupportedFlags() throws {
    for key in ["squeeze_excitation", "nonlin_first"] {
      let folder = try ModelFolder()
      try folder.editArchitecture { $0[key] = true }
      guard case .unsupported("network argument \(key)", _, _) = folder.error() else {
        Issue.record("\(key) was not refused by name")
        continue
      }
    }
    let folder = try ModelFolder()
    try folder.editArchitecture { $0["norm_op_kwargs"] = ["eps": 1e-5] }
    #expect(folder.error()?.description.contains("affine") == true)
  }

  @Test(
    "Other networks, preprocessors, normalizations and configurations are refused by name",
    arguments: [
      "MedNeXt", "BrainPreprocessor", "MagicNormalization", "resample_sinc",
      "NibabelIOWithReorient",
    ]
  )
  func unsupportedNames(_ name: String) throws {
    let folder = try ModelFolder()
    try folder.editConfiguration { configuration in
      switch name {
      case "MedNeXt":
        var architecture = try #require(configuration["architecture"] as? [String: Any])
        architecture["network_class_name"] = "zoo.\(name)"
        configuration["architecture"] = architecture
      case "BrainPreprocessor": configuration["preprocessor_name"] = name
      case "MagicNormalization":
        configuration["normalization_schemes"] = ["CTNormalization", name]
      case "resample_sinc": configuration["resampling_fn_data"] = name
      default: return
      }
    }
    if name.hasSuffix("Reorient") {
      try folder.editPlans { $0["image_reader_writer"] = name }
    }
    guard case .unsupported(_, let value, _) = folder.error() else {
      Issue.record("\(name) was not refused by name")
      return
    }
    #expect(value.hasSuffix(name))
  }
}
