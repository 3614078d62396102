import Foundation
import TestSupport
import Torch

/// What nnU-Net's own functions answered; see `Golden/README.md`.
struct Golden: Decodable, Sendable {
  struct Steps: Decodable {
    var size: Int
    var window: Int
    var step: Double
    var starts: [Int]
  }

  struct Padding: Decodable {
    var size: [Int]
    var window: [Int]
    var padded: [Int]
    var padding: [Int]
  }

  struct Gaussian: Decodable {
    var window: [Int]
    var checksum: UInt32
    var line: [UInt16]
  }

  struct Restoration: Decodable, Sendable {
    var name: String
    var prepared: [Int]
    /// Along k, j and i.
    var original: [Int]
    var box: [[Int]]
    var transpose: [Int]
    var separateAxis: Int?
    var channels: Int
    var regions: Bool
    var linear: Bool
    var labels: Data
  }

  var steps: [Steps]
  var paddings: [Padding]
  var gaussians: [Gaussian]
  var restorations: [Restoration]

  static let shared: Golden? = {
    guard
      let url = Bundle.module.url(
        forResource: "inference",
        withExtension: "json",
        subdirectory: "Golden"
      ),
      let data = try? Data(contentsOf: url)
    else { return nil }
    return try? JSONDecoder().decode(Golden.self, from: data)
  }()
}
