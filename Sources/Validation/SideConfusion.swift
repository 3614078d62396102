package import Anatomy
package import Volumes

/// How much of a structure was predicted inside the reference of its partner on the other side.
public struct SideConfusion: Codable, Hashable, Sendable {
  /// What was predicted.
  public var predicted: String
  /// Inside whose reference.
  public var inside: String
  /// How many voxels, over all cases.
  public var voxels: Int
  /// In how many cases.
  public var cases: Int
  /// Of how many cases that the partner was contoured in.
  public var contoured: Int
}

/// Counts confusions of left and right, case by case.
package struct SideConfusions {
  /// What was found so far, two for each pair: left inside right, and right inside left.
  package private(set) var found: [SideConfusion] = []
  private var places: [(predicted: UInt16, inside: UInt16)] = []

  /// Counts for the pairs of a scheme.
  package init(_ scheme: LabelScheme) {
    for pair in StructureSides(scheme).pairs {
      for (predicted, inside) in [(pair.left, pair.right), (pair.right, pair.left)] {
        guard let first = scheme.entry(label: predicted), let second = scheme.entry(label: inside)
        else { continue }
        places.append((predicted, inside))
        found.append(
          SideConfusion(
            predicted: first.name,
            inside: second.name,
            voxels: 0,
            cases: 0,
            contoured: 0
          )
        )
      }
    }
  }

  /// Adds a case.
  package mutating func add(
    _ prediction: LabelMap,
    against reference: Contours
  ) throws(GridMismatch) {
    let grid = reference.labels.grid
    guard grid.matches(prediction.grid) else {
      throw GridMismatch(expected: grid, found: prediction.grid)
    }
    for (index, place) in places.enumerated() where reference.contoured.contains(place.inside) {
      let count = prediction.withUnsafeVoxels { predicted in
        reference.labels.withUnsafeVoxels { expected in
          predicted.indices.reduce(0) {
            $0 + (predicted[$1] == place.predicted && expected[$1] == place.inside ? 1 : 0)
          }
        }
      }
      found[index].contoured += 1
      found[index].voxels += count
      found[index].cases += count > 0 ? 1 : 0
    }
  }
}
