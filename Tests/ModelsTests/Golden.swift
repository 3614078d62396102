import Foundation
import ImageProcessing
import Models
import Testing

/// The files that `Golden/make_checkpoints.py` made.
enum Golden {
  /// A file or folder.
  static func url(_ path: String) -> URL {
    Bundle.module.bundleURL.appending(path: "Golden").appending(path: path)
  }

  /// A file's bytes.
  static func data(_ path: String) throws -> Data { try Data(contentsOf: url(path)) }

  /// Expected weights by name.
  static func weights(_ path: String) throws -> [String: WeightSummary] {
    try JSONDecoder().decode([String: WeightSummary].self, from: data(path))
  }
}

/// What PyTorch says of a weight.
struct WeightSummary: Decodable {
  var shape: [Int]
  var first: Double
  var last: Double
  /// Each value times its place, counted from 1: any other order gives another sum.
  var rankedSum: Double
}

/// Expects that a weight is the one summarized.
func expect(_ weight: WeightTensor, equals summary: WeightSummary, _ name: String) {
  #expect(weight.shape == summary.shape, "\(name)")
  #expect(weight.values.first.map { Double($0) } == summary.first, "\(name)")
  #expect(weight.values.last.map { Double($0) } == summary.last, "\(name)")
  let ranked = weight.values.enumerated().reduce(0.0) {
    $0 + Double($1.offset + 1) * Double($1.element)
  }
  #expect(
    abs(ranked - summary.rankedSum) <= 1e-9 * Double(weight.values.count) + 1e-9 * abs(ranked),
    "\(name)"
  )
}
