import ImageProcessing
package import Models
package import Volumes

extension LabelMap {
  /// Follows the rules that were decided for a model, in their order.
  /// - Returns: what each of them took away.
  @discardableResult
  package mutating func clean(by postprocessing: Postprocessing) -> [RunReport.Cleanup] {
    postprocessing.applied.map { rule in
      RunReport.Cleanup(
        structures: rule.structures,
        removedVoxels: keepLargestComponent(of: Set(rule.labels))
      )
    }
  }
}
