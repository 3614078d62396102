internal import Anatomy
internal import Foundation

/// What nnU-Net decided on the cross-validation of exactly some folds.
///
/// `nnUNetv2_find_best_configuration` leaves it twice: as a pickle that names functions, which is
/// not opened here, and as JSON with the same content, which is read.
/// - SeeAlso: nnU-Net 2.8, `remove_connected_components.py`, `determine_postprocessing`.
struct NNUNetPostprocessing {
  private let source: ModelSource

  init(_ source: ModelSource) { self.source = source }

  /// The rules for an ensemble of these folds.
  /// - Returns: `nil` where nothing was decided for just these folds.
  /// - Throws: ``ModelError`` where a rule is not one that we follow.
  func rules(folds: [String], plan: ModelPlan) throws(ModelError) -> Postprocessing? {
    let file = "crossval_results_folds_\(folds.joined(separator: "_"))/postprocessing.json"
    guard source.has(file) else { return nil }
    let root = try JSONNode(parsing: source.contents(file), file: file)
    let functions = try root.required("postprocessing_fns").items
    let arguments = try root.required("postprocessing_kwargs").items
    guard functions.count == arguments.count else {
      throw .invalidPlan("\(file): \(functions.count) functions, \(arguments.count) arguments")
    }
    var rules: [Postprocessing.Rule] = []
    for (function, argument) in zip(functions, arguments) {
      let name = try function.string
      guard name == "remove_all_but_largest_component_from_segmentation" else {
        throw .unsupported(what: "post-processing", value: name, expected: "the largest component")
      }
      var labels: [UInt16] = []
      for number in try Self.integers(argument.required("labels_or_regions")) {
        guard let label = UInt16(exactly: number), label > 0 else {
          throw argument.expected("labels from 1 to 65535")
        }
        labels.append(label)
      }
      rules.append(
        Postprocessing.Rule(
          labels: labels,
          structures: labels.map { plan.labels.entry(label: $0)?.name ?? "Label \($0)" },
          isApplied: true,
          reason: "decided by nnU-Net on folds \(folds.joined(separator: ", "))"
        )
      )
    }
    return Postprocessing(rules: rules)
  }

  /// A label, a region (labels), or a list of either.
  private static func integers(_ node: JSONNode) throws(ModelError) -> [Int] {
    guard node.isList else { return [try node.integer] }
    var numbers: [Int] = []
    for item in try node.items { numbers += try integers(item) }
    return numbers
  }
}
