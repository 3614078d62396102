import Foundation
import Models
import TestSupport
import Testing

/// A copy of a golden model that a test may change.
struct ModelFolder {
  private let folder: TemporaryFolder
  /// Where it is.
  var url: URL { folder.url }

  /// A copy of `plain` or `residual`.
  init(_ name: String = "plain") throws {
    folder = try TemporaryFolder()
    for file in ["plans.json", "dataset.json"] {
      try Golden.data("\(name)/\(file)").write(to: url.appending(path: file))
    }
    try write(Golden.data("\(name)/fold_0/checkpoint_final.pth"), fold: "0")
  }

  /// Writes a fold's checkpoint.
  func write(_ checkpoint: Data, fold: String, name: String = "checkpoint_final.pth") throws {
    let place = url.appending(path: "fold_\(fold)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try checkpoint.write(to: place.appending(path: name))
  }

  /// Writes `dataset.json`.
  func write(dataset: String) throws {
    try Data(dataset.utf8).write(to: url.appending(path: "dataset.json"))
  }

  /// Changes `plans.json`.
  func editPlans(_ edit: (inout [String: Any]) throws -> Void) throws {
    let file = url.appending(path: "plans.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    var plans = try #require(json as? [String: Any])
    try edit(&plans)
    try JSONSerialization.data(withJSONObject: plans).write(to: file)
  }

  /// Changes the configuration `3d_fullres`.
  func editConfiguration(_ edit: (inout [String: Any]) throws -> Void) throws {
    try editPlans { plans in
      var configurations = try #require(plans["configurations"] as? [String: Any])
      var configuration = try #require(configurations["3d_fullres"] as? [String: Any])
      try edit(&configuration)
      configurations["3d_fullres"] = configuration
      plans["configurations"] = configurations
    }
  }

  /// Changes the network's arguments.
  func editArchitecture(_ edit: (inout [String: Any]) throws -> Void) throws {
    try editConfiguration { configuration in
      var architecture = try #require(configuration["architecture"] as? [String: Any])
      var arguments = try #require(architecture["arch_kwargs"] as? [String: Any])
      try edit(&arguments)
      architecture["arch_kwargs"] = arguments
      configuration["architecture"] = architecture
    }
  }

  /// The error that reading the model throws.
  func error(folds: [String]? = nil) -> ModelError? {
    #expect(throws: ModelError.self) { try readModel(at: url, folds: folds) }
  }
}
